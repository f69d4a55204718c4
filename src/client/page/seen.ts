/** What is in a hidden tab hasn't been seen: that is reported once the tab is visible. */

export function wireSeen(): void {
  document.addEventListener('htmx:before:request', (event) => {
    const { sourceElement } = event.detail.ctx;
    if (sourceElement.id !== 'read-mark' || !document.hidden) return;
    event.preventDefault();
    sourceElement.classList.add('late');
  });
  document.addEventListener('visibilitychange', () => {
    const late = document.querySelector('#read-mark.late');
    if (document.hidden || !late) return;
    late.classList.remove('late');
    late.dispatchEvent(new Event('late'));
  });
}
