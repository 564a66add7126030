import type { Day, Report } from '../../../schemas/types.gen.ts';
import { format, t } from '../language.ts';
import { outcomes } from '../outcome.ts';
import { useMeasure } from './measure.ts';
import { axisTicks } from './scale.ts';

const height = 240;
const margin = { top: 12, bottom: 28, start: 44 };
const plotHeight = height - margin.top - margin.bottom;

/** Decisions per day as stacked bars. A picture for the eye only: DayTable holds the same numbers for everybody. */
export const Chart = ({ report }: { report: Report }) => {
  const { ref, width, rtl } = useMeasure();
  const ticks = axisTicks(Math.max(...report.days.map((day) => day.tally.decisions)));
  const top = ticks.at(-1) ?? 1;
  const y = (value: number) => margin.top + plotHeight * (1 - value / top);
  const slot = Math.max(width - margin.start, 0) / report.days.length;
  // Time runs in reading direction, as the text around the chart does.
  const x = (index: number) => (rtl ? width - margin.start - (index + 1) * slot : margin.start + index * slot);
  const every = Math.max(1, Math.ceil(64 / Math.max(slot, 1)));
  return (
    <div ref={ref} class="chart">
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={describe(report)}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={rtl ? 0 : margin.start} x2={rtl ? width - margin.start : width} y1={y(tick)} y2={y(tick)} />
              <text x={rtl ? width - margin.start + 8 : margin.start - 8} y={y(tick) + 4} text-anchor="end">
                {format.number(tick)}
              </text>
            </g>
          ))}
          {report.days.map((day, i) => (
            <Bar
              key={day.day}
              day={day}
              x={x(i)}
              slot={slot}
              y={y}
              label={(report.days.length - 1 - i) % every === 0}
            />
          ))}
        </svg>
      )}
    </div>
  );
};

interface BarProps {
  day: Day;
  x: number;
  slot: number;
  y: (value: number) => number;
  label: boolean;
}

const Bar = ({ day, x, slot, y, label }: BarProps) => {
  const width = Math.max(Math.min(slot * 0.72, 34), 1);
  let below = 0;
  return (
    <g class="day">
      <title>{`${format.longDay(day.day)}: ${format.number(day.tally.decisions)}`}</title>
      <rect class="hit" x={x} y={margin.top} width={slot} height={plotHeight} />
      {outcomes.map((outcome) => {
        const from = below;
        below += day.tally[outcome];
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
        <text x={x + slot / 2} y={height - 8} text-anchor="middle">
          {format.day(day.day)}
        </text>
      )}
    </g>
  );
};

const describe = ({ totals, days }: Report): string => {
  if (totals.decisions === 0) return t.rates.emptyChart(days.length);
  const peak = days.reduce((best, day) => (day.tally.decisions > best.tally.decisions ? day : best));
  return t.rates.chart(
    format.number(totals.decisions),
    days.length,
    format.number(peak.tally.decisions),
    format.longDay(peak.day),
  );
};
