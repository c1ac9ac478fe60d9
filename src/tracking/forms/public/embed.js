/* In the site's page: gives every form's frame its height, tells it who is visiting, and follows it to the page of thanks. */
(() => {
  const script = document.currentScript;
  const home = script === null ? location.origin : new URL(script.src, location.href).origin;
  const frames = () =>
    Array.from(document.querySelectorAll('iframe')).filter((frame) => {
      const src = frame.getAttribute('src') || '';
      return src !== '' && new URL(src, location.href).href.startsWith(home + '/f/');
    });
  /* The id our snippet has for this visitor, when it stands in the page and may keep one. */
  const visitor = () => {
    const id = typeof window.otklik === 'function' ? window.otklik('getAnonymousId') : null;
    return typeof id === 'string' ? id : null;
  };
  const frameOf = (source) => frames().find((frame) => frame.contentWindow === source);
  addEventListener('message', (event) => {
    const said = event.data;
    if (event.origin !== home || typeof said !== 'object' || said === null || said.otklik !== 'form') return;
    const frame = frameOf(event.source);
    if (frame === undefined) return;
    if (typeof said.height === 'number' && said.height > 0 && said.height < 20000)
      frame.style.height = said.height + 'px';
    const anonymousId = visitor();
    if (anonymousId !== null) event.source.postMessage({ otklik: 'visitor', anonymousId }, home);
    if (said.look === true) frame.scrollIntoView({ block: 'nearest' });
    if (said.done !== true) return;
    frame.dispatchEvent(new CustomEvent('otklik:submitted', { bubbles: true }));
    if (typeof said.redirect === 'string' && /^https?:\/\//.test(said.redirect))
      location.assign(said.redirect);
  });
})();
