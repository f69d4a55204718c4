/** A sound's own controls in place of the browser's, which come back where it can't be played. */

const PLAY = 'M8 5.5v13l10.5-6.5z';
const PAUSE = 'M7 5.5h3.2v13H7zM13.8 5.5H17v13h-3.2z';
/** Steps of the bar: finer than it is wide. */
const STEPS = 1000;
const SVG = 'http://www.w3.org/2000/svg';

/** "1:05", "1:02:05" */
export function clockTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, place) => (place === 0 ? `${part}` : `${part}`.padStart(2, '0'))).join(':');
}

/** @param audio says in `data-play`, `data-pause` and `data-position` what its controls are called */
export function createPlayer(audio: HTMLAudioElement, format: (seconds: number) => string): void {
  const { play = '', pause = '', position = '' } = audio.dataset;
  const box = document.createElement('div');
  box.className = 'player';
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', audio.getAttribute('aria-label') ?? '');

  const button = Object.assign(document.createElement('button'), {
    type: 'button',
    className: 'primary icon',
  });
  const icon = document.createElementNS(SVG, 'svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  icon.append(path);
  button.append(icon);

  const bar = Object.assign(document.createElement('input'), {
    type: 'range',
    min: '0',
    max: `${STEPS}`,
    value: '0',
  });
  bar.setAttribute('aria-label', position);
  const time = document.createElement('span');
  box.append(button, bar, time);

  /** Some recordings don't say how long they are before they have been played. */
  const length = () => (Number.isFinite(audio.duration) ? audio.duration : 0);

  function show(): void {
    path.setAttribute('d', audio.paused ? PLAY : PAUSE);
    button.setAttribute('aria-label', audio.paused ? play : pause);
    const text = [audio.currentTime, ...(length() > 0 ? [length()] : [])].map(format).join(' / ');
    time.textContent = text;
    bar.value = `${length() > 0 ? Math.round((audio.currentTime / length()) * STEPS) : 0}`;
    bar.disabled = length() === 0;
    bar.setAttribute('aria-valuetext', text);
  }

  function giveUp(): void {
    box.remove();
    audio.controls = true;
    delete audio.dataset.play;
  }

  button.addEventListener('click', () => {
    // A browser that refuses shows its own controls, which may say why.
    if (audio.paused) audio.play().catch(giveUp);
    else audio.pause();
  });
  bar.addEventListener('input', () => {
    audio.currentTime = (Number(bar.value) / STEPS) * length();
  });
  for (const type of ['play', 'pause', 'ended', 'timeupdate', 'seeked', 'durationchange'])
    audio.addEventListener(type, show);
  audio.addEventListener('error', giveUp);

  audio.controls = false;
  audio.before(box);
  show();
}
