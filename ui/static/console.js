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

  // The entry of the navigation that the page is stays in sight where the list is longer than the window.
  const side = document.getElementById('nav');
  const entry = side && side.querySelector('[aria-current]');
  if (entry && side.scrollTop === 0 && side.clientHeight > 0) {
    const below = entry.getBoundingClientRect().bottom - side.getBoundingClientRect().bottom;
    if (below > -16) side.scrollTop = below + side.clientHeight / 3;
  }

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

  // A moment keeps its distance true. Nobody is told of each minute by a screen reader: what
  // changes is no live region.
  const language = document.documentElement.lang;
  const distance = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const units = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
  const told = (seconds) => {
    const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) || ['second', 1];
    return distance.format(Math.trunc(seconds / size), unit);
  };
  const clock = () => {
    const now = Date.now();
    for (const time of document.querySelectorAll('time[data-when]')) {
      const text = told(Math.round((Date.parse(time.dateTime) - now) / 1000));
      if (time.textContent !== text) time.textContent = text;
    }
    for (const left of document.querySelectorAll('[data-left]')) {
      const until = Date.parse(left.querySelector('time').dateTime);
      const seconds = (until - now) / 1000;
      left.classList.toggle('bad', seconds > 0 && seconds < 3600);
      left.classList.toggle('warn', seconds >= 3600 && seconds < 86400);
      left.classList.toggle('good', seconds >= 86400);
      const meter = left.querySelector('[data-from]');
      if (!meter) continue;
      const from = Date.parse(meter.dataset.from);
      meter.querySelector('.rest').setAttribute('width', String(Math.max(0, Math.min(100, (until - now) / (until - from) * 100))));
    }
  };
  clock();
  setInterval(clock, 15_000);

  // What was just done is said once, and not again when the page is loaded anew.
  const here = new URL(location.href);
  if (here.searchParams.has('done')) {
    here.searchParams.delete('done');
    history.replaceState(history.state, '', here);
  }

  // What can be downloaded was never sent anywhere: it stands on the page.
  for (const button of document.querySelectorAll('[data-download]')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([button.dataset.content], { type: 'text/plain' }));
      link.download = button.dataset.download;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }

  // What is typed is checked by the form's own page, which does nothing where it is to check alone.
  for (const place of document.querySelectorAll('[data-check]')) {
    const form = place.querySelector('form');
    let asked = 0;
    let wait = 0;
    const check = async (input) => {
      const mine = ++asked;
      const body = new URLSearchParams(new FormData(form));
      body.set('check', 'yes');
      body.delete('key');
      const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'text/html' }, redirect: 'error' }).catch(() => null);
      if (!answer || mine !== asked || (!answer.ok && answer.status !== 422)) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const id = input.id + '-problem';
      const fresh = page.getElementById(id);
      const old = document.getElementById(id);
      if (old) old.remove();
      input.toggleAttribute('aria-invalid', Boolean(fresh));
      if (fresh) {
        input.before(fresh);
        input.setAttribute('aria-describedby', [id, input.id + '-hint'].join(' '));
      }
    };
    for (const name of place.dataset.check.split(' ')) {
      const input = document.getElementById(name);
      if (!input || input.value === undefined) continue;
      input.addEventListener('input', () => {
        clearTimeout(wait);
        wait = setTimeout(check, 400, input);
      });
    }
  }

  // All rows of a page by one box, and how many are taken.
  for (const form of document.querySelectorAll('form[data-select]')) {
    const all = form.querySelector('[data-all]');
    const says = form.querySelector('[data-selected]');
    const boxes = Array.from(form.querySelectorAll('input[name=row]'));
    const without = says.textContent;
    const tell = () => {
      const n = boxes.filter((box) => box.checked).length;
      all.checked = n > 0 && n === boxes.length;
      all.indeterminate = n > 0 && n < boxes.length;
      says.textContent = n === 0 ? without : says.dataset[n === 1 ? 'one' : 'many'].replace('{n}', n.toLocaleString(language));
    };
    all.closest('[hidden]').hidden = false;
    all.addEventListener('change', () => {
      for (const box of boxes) box.checked = all.checked;
      tell();
    });
    form.addEventListener('change', tell);
    tell();
  }

  // A form that was changed asks before it is left.
  let dirty = null;
  for (const form of document.querySelectorAll('form[data-dirty]')) {
    form.addEventListener('input', () => { dirty = form; });
    form.addEventListener('submit', () => { dirty = null; });
  }
  window.addEventListener('beforeunload', (event) => { if (dirty) event.preventDefault(); });

  // Arrows walk through the cells of a matrix that can be changed; what was changed is marked.
  for (const matrix of document.querySelectorAll('[data-matrix]')) {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    matrix.addEventListener('keydown', (event) => {
      const step = steps[event.key];
      const cell = event.target.closest('td');
      if (!step || !cell || event.target.type !== 'checkbox') return;
      event.preventDefault();
      const rows = Array.from(matrix.rows);
      const column = cell.cellIndex + step[1];
      for (let i = cell.parentElement.rowIndex + step[0]; i >= 0 && i < rows.length; i += step[0] || rows.length) {
        const box = rows[i].cells[column] && rows[i].cells[column].querySelector('input');
        if (!box) continue;
        box.focus();
        break;
      }
    });
    matrix.addEventListener('change', (event) => {
      const box = event.target;
      box.closest('.dot').classList.toggle('changed', box.checked !== box.defaultChecked);
    });
  }

  // While a job runs, its part of the page is asked for again, and the whole once it is done.
  const fetched = async (address) => {
    const answer = await fetch(address, { headers: { Accept: 'text/html' } });
    if (!answer.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text(), 'text/html');
  };

  // Names that there are more of than a page holds are proposed by the search, as one is typed.
  for (const input of document.querySelectorAll('[data-offer]')) {
    const form = document.querySelector('[data-palette]');
    let asked = 0;
    let wait = 0;
    const offer = async () => {
      const mine = ++asked;
      const text = input.value.trim();
      if (text.length < 2 || !form || !input.list) return;
      const page = await fetched(form.action + '?q=' + encodeURIComponent(text)).catch(() => null);
      if (!page || mine !== asked) return;
      const there = new Set(Array.from(input.list.options, (option) => option.value));
      for (const group of page.querySelectorAll('[data-kind]')) {
        if (group.dataset.kind !== input.dataset.offer) continue;
        for (const hit of group.querySelectorAll('[data-value]')) {
          if (there.has(hit.dataset.value)) continue;
          const option = document.createElement('option');
          option.value = hit.dataset.value;
          option.label = hit.textContent.trim();
          input.list.append(option);
        }
      }
    };
    input.addEventListener('input', () => {
      clearTimeout(wait);
      wait = setTimeout(offer, 200);
    });
  }

  const refresh = (job) => setTimeout(async () => {
    const page = await fetched(location.href).catch(() => null);
    if (!page) {
      refresh(job);
      return;
    }
    const fresh = page.getElementById(job.id);
    if (!fresh || !fresh.hasAttribute('data-refresh')) {
      location.reload();
      return;
    }
    job.replaceWith(fresh);
    refresh(fresh);
  }, 2000);
  for (const job of document.querySelectorAll('[data-refresh]')) refresh(job);

  // What a form would come to is asked for while one types, as its button "check" does.
  for (const region of document.querySelectorAll('[data-answer]')) {
    const form = document.getElementById(region.dataset.answer);
    if (!form) continue;
    let asked = 0;
    let wait = 0;
    const ask = async () => {
      const mine = ++asked;
      const body = new URLSearchParams(new FormData(form));
      body.set('do', 'check');
      const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'text/html' } });
      if (answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById(region.id);
      if (mine === asked && fresh) region.replaceChildren(...fresh.childNodes);
    };
    form.addEventListener('input', () => {
      clearTimeout(wait);
      wait = setTimeout(() => ask().catch(() => {}), 400);
    });
  }

  // What happens is added as it happens.
  for (const list of document.querySelectorAll('[data-live]')) {
    const mark = list.previousElementSibling;
    const from = new URL(list.dataset.live, location.href);
    let events = null;
    const listen = () => {
      events = new EventSource(from);
      events.addEventListener('open', () => { mark.hidden = false; });
      events.addEventListener('error', () => { mark.hidden = true; });
      events.addEventListener('message', (event) => {
        from.searchParams.set('after', event.lastEventId);
        list.insertAdjacentHTML('afterbegin', event.data);
        while (list.children.length > 100) list.lastElementChild.remove();
      });
    };
    // A page that nobody looks at asks for nothing, and keeps no session alive.
    const look = () => {
      if (events) events.close();
      mark.hidden = true;
      events = null;
      if (!document.hidden) listen();
    };
    document.addEventListener('visibilitychange', look);
    look();
  }

  // What the search page finds shows below the field while one types; arrows walk through it.
  const palette = document.querySelector('[data-palette]');
  if (palette) {
    let asked = 0;
    let wait = 0;
    let sheet = null;
    const shut = () => {
      if (sheet) sheet.remove();
      sheet = null;
    };
    const show = (results) => {
      shut();
      sheet = document.createElement('div');
      sheet.className = 'sheet';
      sheet.append(results);
      palette.append(sheet);
    };
    const ask = async () => {
      const mine = ++asked;
      const query = find.value.trim();
      if (query === '') {
        shut();
        return;
      }
      const page = await fetched(palette.action + '?q=' + encodeURIComponent(query)).catch(() => null);
      const results = page && page.querySelector('[data-results]');
      if (mine === asked && results && palette.contains(document.activeElement)) show(results);
    };
    find.addEventListener('input', () => {
      clearTimeout(wait);
      wait = setTimeout(ask, 150);
    });
    palette.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        shut();
        find.focus();
        return;
      }
      if (!sheet || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
      event.preventDefault();
      const stops = [find, ...sheet.querySelectorAll('a')];
      const at = stops.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
      stops[(at + stops.length) % stops.length].focus();
    });
    palette.addEventListener('focusout', (event) => {
      if (sheet && event.relatedTarget && !palette.contains(event.relatedTarget)) shut();
    });
    document.addEventListener('click', (event) => { if (!palette.contains(event.target)) shut(); });
  }
})();
