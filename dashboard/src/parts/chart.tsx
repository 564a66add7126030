import type { Interval, Rates } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { outcomes } from '../outcome.ts';
import { nameOf } from '../values.ts';
import { useMeasure } from './measure.ts';
import { axisTicks } from './scale.ts';

const height = 260;
const margin = { top: 28, bottom: 28, start: 44 };
const plotHeight = height - margin.top - margin.bottom;

/** Decisions over time as stacked bars. A picture for the eye only: IntervalTable holds the same numbers for everybody. */
export const Chart = ({ rates }: { rates: Rates }) => {
  const { ref, width, rtl } = useMeasure();
  const { intervals, each, timeZone } = rates;
  const ticks = axisTicks(Math.max(...intervals.map(({ answered }) => answered.decisions)));
  const top = ticks.at(-1) ?? 1;
  const y = (value: number) => margin.top + plotHeight * (1 - value / top);
  const slot = Math.max(width - margin.start, 0) / intervals.length;
  // Time runs in reading direction, as the text around the chart does.
  const x = (index: number) => (rtl ? width - margin.start - (index + 1) * slot : margin.start + index * slot);
  const every = Math.max(1, Math.ceil((each === 'hour' ? 96 : 64) / Math.max(slot, 1)));
  return (
    <div ref={ref} class="chart">
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={describe(rates)}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={rtl ? 0 : margin.start} x2={rtl ? width - margin.start : width} y1={y(tick)} y2={y(tick)} />
              <text x={rtl ? width - margin.start + 8 : margin.start - 8} y={y(tick) + 4} text-anchor="end">
                {format.number(tick)}
              </text>
            </g>
          ))}
          {intervals.map((interval, i) => (
            <Bar
              key={interval.from}
              interval={interval}
              x={x(i)}
              slot={slot}
              y={y}
              title={`${format.longInterval(interval.from, each, timeZone)}: ${format.number(interval.answered.decisions)}`}
              last={rtl ? 0 : width}
              label={(intervals.length - 1 - i) % every === 0 ? format.interval(interval.from, each, timeZone) : ''}
            />
          ))}
          {publications(rates).map(({ notice, index }) => {
            const at = x(index) + (rtl ? slot : 0);
            return (
              <g key={index} class="mark">
                <title>
                  {t.rates.published(
                    nameOf('notice', notice),
                    format.longInterval(intervals[index]?.from ?? '', each, timeZone),
                  )}
                </title>
                <line x1={at} x2={at} y1={margin.top - 6} y2={margin.top + plotHeight} />
                <text x={at} y={margin.top - 10} text-anchor="middle">
                  {t.rates.newNotice}
                </text>
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
};

/** Versions of the notice that came up within the period, and in which interval. The first was there before. */
export const publications = ({ notices, intervals }: Rates): { notice: string; index: number }[] =>
  notices.slice(1).map(({ notice, from }) => ({
    notice,
    index: Math.max(
      intervals.findLastIndex((interval) => Date.parse(interval.from) <= Date.parse(from)),
      0,
    ),
  }));

interface BarProps {
  interval: Interval;
  x: number;
  slot: number;
  y: (value: number) => number;
  title: string;
  /** Where the picture ends, in reading direction. */
  last: number;
  label: string;
}

const Bar = ({ interval: { answered }, x, slot, y, title, last, label }: BarProps) => {
  const width = Math.max(Math.min(slot * 0.72, 34), 1);
  // A long name of the last one would stick out.
  const isLast = Math.abs(x + slot / 2 - last) < 32;
  let below = 0;
  return (
    <g class="day">
      <title>{title}</title>
      <rect class="hit" x={x} y={margin.top} width={slot} height={plotHeight} />
      {outcomes.map((outcome) => {
        const from = below;
        below += answered[outcome];
        if (below === from) return null;
        return (
          <rect
            key={outcome}
            class={outcome}
            x={x + (slot - width) / 2}
            y={y(below)}
            width={width}
            height={Math.max(y(from) - y(below) - (from > 0 ? 1 : 0), 1)}
          />
        );
      })}
      {label && (
        <text x={isLast ? last : x + slot / 2} y={height - 8} text-anchor={isLast ? 'end' : 'middle'}>
          {label}
        </text>
      )}
    </g>
  );
};

const describe = ({ totals, intervals, each, timeZone, from, to }: Rates): string => {
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
  if (totals.decisions === 0) return t.rates.emptyChart(days);
  const peak = intervals.reduce((best, one) => (one.answered.decisions > best.answered.decisions ? one : best));
  return t.rates.chart(
    format.number(totals.decisions),
    days,
    format.number(peak.answered.decisions),
    format.longInterval(peak.from, each, timeZone),
  );
};
