// What the pages can do with scripts on. Everything works without.
(() => {
  'use strict';

  const say = (button, text) => {
    const before = button.textContent;
    button.textContent = text;
    setTimeout(() => { button.textContent = before; }, 2000);
  };

  for (const button of document.querySelectorAll('[data-show]')) {
    const input = document.getElementById(button.dataset.show);
    button.hidden = false;
    button.addEventListener('click', () => {
      const show = input.type === 'password';
      input.type = show ? 'text' : 'password';
      button.setAttribute('aria-pressed', String(show));
    });
    // A shown password must not be kept as an ordinary form value.
    input.form.addEventListener('submit', () => { input.type = 'password'; });
  }

  for (const button of document.querySelectorAll('[data-copy]')) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener('click', async () => {
      const parts = document.getElementById(button.dataset.copy).querySelectorAll('[data-part]');
      const text = Array.from(parts, (part) => part.textContent.trim()).join(button.dataset.join || '\n');
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
