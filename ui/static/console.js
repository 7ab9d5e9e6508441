// What the console can do with scripts on. Everything works without.
(() => {
  'use strict';

  // The search field is one key away on every page.
  const apple = /Mac|iP(hone|ad|od)/.test(navigator.platform);
  for (const hint of document.querySelectorAll('[data-keys]')) {
    hint.textContent = apple ? '⌘ K' : 'Ctrl K';
    hint.hidden = false;
  }
  const find = document.getElementById('find');
  document.addEventListener('keydown', (event) => {
    if (!find || event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    find.focus();
    find.select();
  });

  // A menu closes when the focus or a click goes elsewhere.
  const menus = document.querySelectorAll('details.drop');
  const closeOthers = (target) => {
    for (const menu of menus) if (!menu.contains(target)) menu.open = false;
  };
  document.addEventListener('click', (event) => closeOthers(event.target));
  document.addEventListener('focusin', (event) => closeOthers(event.target));
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of menus) {
      if (menu.open && menu.contains(document.activeElement)) menu.querySelector('summary').focus();
      menu.open = false;
    }
  });
})();
