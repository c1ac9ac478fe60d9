/** What a step dragged from the palette is known by. Apart from the canvas, which comes with its library only when it is shown. */
export const DRAGGED = 'application/x-otklik-step';
