// Runs before a page's own scripts and notes what a visitor would notice. Its target is filled in by visit.ts: the
// selectors of the notice and of its yes, and the milliseconds without change after which the page counts as settled.
(() => {
  const { banner, accept, quiet } = TARGET;
  const seen = {
    visible: 0,
    settled: 0,
    x: 0,
    y: 0,
    shift: 0,
    blocking: 0,
    largest: '',
    painted: 0,
    tag: 0,
    clicked: 0,
  };
  let tagRan;
  self.tagRan = new Promise((resolve) => {
    tagRan = resolve;
  });
  self.gatedTag = () => {
    seen.tag = performance.now();
    tagRan(seen);
  };
  addEventListener(
    'click',
    (event) => {
      seen.clicked = event.timeStamp;
    },
    true,
  );

  const observe = (type, note) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  observe('layout-shift', (entry) => {
    seen.shift += entry.value;
  });
  observe('longtask', (entry) => {
    seen.blocking += entry.duration - 50;
  });
  observe('largest-contentful-paint', ({ element }) => {
    seen.largest = banner && element?.closest(banner) ? 'notice' : 'page';
  });
  observe('paint', (entry) => {
    if (entry.name === 'first-contentful-paint') seen.painted = entry.startTime;
  });

  // What is seen of the notice, as text that changes when something moves, fades or becomes usable; '' when nothing is.
  const look = () => {
    const element = banner ? document.querySelector(banner) : null;
    const box = element?.getBoundingClientRect();
    if (!box?.height || box.top >= innerHeight || box.bottom <= 0) return '';
    let opacity = 1;
    for (let part = element; part; part = part.parentElement) {
      const style = getComputedStyle(part);
      if (style.visibility === 'hidden') return '';
      opacity *= +style.opacity;
    }
    if (opacity < 0.05) return '';
    const button = document.querySelector(accept);
    const { x, y, width, height } = button.getBoundingClientRect();
    seen.x = x + width / 2;
    seen.y = y + height / 2;
    const isLive = button.contains(document.elementFromPoint(seen.x, seen.y));
    return [box.x, box.y, box.width, box.height, opacity, isLive].join();
  };

  self.whenSettled = new Promise((resolve) => {
    let last = '';
    let changed = 0;
    const frame = () => {
      const now = performance.now();
      const latest = look();
      if (latest && !seen.visible) seen.visible = now;
      if (latest !== last) changed = now;
      last = latest;
      const isDone = document.readyState === 'complete' && (seen.visible || !banner || seen.tag);
      if (isDone && now - changed > quiet) {
        seen.settled = changed;
        resolve(seen);
      } else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
})();
