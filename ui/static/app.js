// What the pages can do with scripts on. Everything works without.
(() => {
  'use strict';

  const say = (button, text) => {
    const before = button.textContent;
    button.textContent = text;
    setTimeout(() => { button.textContent = before; }, 2000);
  };

  // The button's words are what it does next, and so tell how the password stands.
  for (const button of document.querySelectorAll('[data-show]')) {
    const input = document.getElementById(button.dataset.show);
    const words = {
      password: [button.textContent, button.getAttribute('aria-label')],
      text: [button.dataset.hide, button.dataset.hideLabel],
    };
    const turn = (type) => {
      input.type = type;
      button.textContent = words[type][0];
      button.setAttribute('aria-label', words[type][1]);
    };
    button.hidden = false;
    button.addEventListener('click', () => turn(input.type === 'password' ? 'text' : 'password'));
    // A shown password must not be kept as an ordinary form value.
    input.form.addEventListener('submit', () => turn('password'));
  }

  for (const hint of document.querySelectorAll('[data-caps]')) {
    const input = document.getElementById(hint.dataset.caps);
    const tell = (on) => {
      const text = on ? hint.dataset.says : '';
      if (hint.textContent !== text) hint.textContent = text;
    };
    for (const kind of ['keydown', 'keyup', 'mousedown']) {
      input.addEventListener(kind, (event) => tell(event.getModifierState && event.getModifierState('CapsLock')));
    }
    input.addEventListener('blur', () => tell(false));
  }

  for (const button of document.querySelectorAll('[data-copy]')) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener('click', async () => {
      const parts = document.getElementById(button.dataset.copy).querySelectorAll('[data-part]');
      const text = Array.from(parts, (part) => (part.hasAttribute('data-whole') ? part.textContent : part.innerText.replace(/\s+/g, ' ').trim())).join(button.dataset.join || '\n');
      try {
        await navigator.clipboard.writeText(text);
        say(button, button.dataset.done);
      } catch {
        say(button, button.dataset.failed);
      }
    });
  }

  // A second click or Enter would cancel the answer to the first. Should that never
  // come, the page can be sent again after a while.
  let sent = null;
  const release = () => {
    if (sent) sent.removeAttribute('aria-busy');
    sent = null;
  };
  document.addEventListener('submit', (event) => {
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = event.target;
    sent.setAttribute('aria-busy', 'true');
    setTimeout(release, 10000);
  });
  window.addEventListener('pageshow', release);

  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false;
    button.addEventListener('click', () => window.print());
  }
})();
