// The set-up link carries its token behind the "#", which browsers keep to
// themselves. Move it into the form and out of the address bar.
(() => {
  'use strict';
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!token) return;
  document.getElementById('token').value = token;
  document.getElementById('token-field').hidden = true;
  history.replaceState(null, '', location.pathname);
})();
