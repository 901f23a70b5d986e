(() => {
  const first = document.getElementById('password'), again = document.getElementById('again');
  if (!first || !again) return;
  const kept = {
    length: s => { const n = [...s].length; return n >= 7 && n <= 20; },
    letter: s => /\p{L}/u.test(s),
    digit: s => /[0-9]/.test(s),
    spaces: s => s !== '' && !/[\s\p{Cc}]/u.test(s),
    same: s => s !== '' && s === again.value.normalize('NFC'),
  };
  const list = document.getElementById('rules');
  const check = () => {
    const s = first.value.normalize('NFC');
    for (const line of list.querySelectorAll('[data-rule]')) {
      const met = kept[line.dataset.rule](s);
      line.classList.toggle('met', met);
      line.querySelector('.mark').textContent = met ? '✓' : '•';
      line.querySelector('.state').textContent = met ? list.dataset.met : '';
    }
  };
  for (const field of [first, again]) {
    field.addEventListener('input', () => {
      const problem = document.getElementById(field.id + '-problem');
      if (problem) problem.hidden = true;
      field.removeAttribute('aria-invalid');
      check();
    });
  }
  check();
})();
