// A one-time link (of the set-up, or for a first password) carries its token behind the "#",
// which browsers keep to themselves. Move it into the form and out of the address bar, also where a link
// is opened on the page that is there already.
(() => {
  'use strict';
  const input = document.getElementById('token');
  const field = document.getElementById('token-field');
  const next = [...input.form.elements].find((e) => e.type !== 'hidden' && !field.contains(e));
  const take = () => {
    const token = new URLSearchParams(location.hash.slice(1)).get('token');
    if (!token) return;
    history.replaceState(null, '', location.pathname);
    input.value = token;
    input.removeAttribute('aria-invalid');
    field.hidden = true;
    next.focus();
  };
  // A form that comes back for another reason still knows its link.
  field.hidden = input.value !== '' && !input.hasAttribute('aria-invalid');
  take();
  addEventListener('hashchange', take);
  // Who chooses another language is led back to this page. A browser keeps what stands behind the "#"
  // on the way, so the token comes along, and no server hears of it.
  addEventListener('submit', (e) => {
    if (input.value && e.target.closest('.languages')) {
      e.target.action = `${e.target.getAttribute('action')}#${new URLSearchParams({ token: input.value })}`;
    }
  });
})();
