import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Width in CSS pixels and reading direction of an element, kept up to date. The width is 0 until it is known. */
export const useMeasure = () => {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, rtl: false });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => setSize({ width: element.clientWidth, rtl: getComputedStyle(element).direction === 'rtl' });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, ...size };
};
