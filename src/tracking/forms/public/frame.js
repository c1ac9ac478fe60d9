/* In the frame: tells the page around it how tall the form is, and where to go when it is done. */
(() => {
  if (window.parent === window) return;
  const tell = (message) => window.parent.postMessage({ otklik: 'form', ...message }, '*');
  const height = () => tell({ height: Math.ceil(document.documentElement.getBoundingClientRect().height) });
  new ResizeObserver(height).observe(document.documentElement);
  addEventListener('load', height);
  height();
  addEventListener('message', (event) => {
    const said = event.data;
    if (event.source !== window.parent || typeof said !== 'object' || said === null) return;
    const form = document.querySelector('form');
    if (said.otklik !== 'visitor' || typeof said.anonymousId !== 'string' || form === null) return;
    const field = form.querySelector('input[name=_aid]') || document.createElement('input');
    field.type = 'hidden';
    field.name = '_aid';
    field.value = said.anonymousId;
    form.append(field);
  });
  const done = document.querySelector('main[data-done]');
  if (done !== null) tell({ done: true, redirect: done.getAttribute('data-redirect') });
  const problems = document.getElementById('problems');
  if (problems !== null) {
    tell({ look: true });
    problems.focus();
  }
})();
