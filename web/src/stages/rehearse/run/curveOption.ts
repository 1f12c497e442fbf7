/** Recovery curves as charts: stairs, with where the samples lie. */
import type { EChartsOption, SeriesOption } from 'echarts'
import type { Curves } from '../data'
import { settledAt, stairs, type Point } from './stairs'

type Curve = Curves['lifelines'][number]

const percent = (value: number) => `${Number((100 * value).toFixed(1))}%`

function band(
  name: string,
  curves: Curves,
  low: number[],
  high: number[],
  colour: string,
  opacity: number,
): SeriesOption[] {
  const { step_start_h: starts, horizon_h: end } = curves
  const under = stairs(starts, end, low)
  const over = stairs(starts, end, high)
  const width = over.map(([x, y], n): Point => [x, y - (under[n]?.[1] ?? 0)])
  const plain = { type: 'line', symbol: 'none', silent: true, lineStyle: { opacity: 0 } } as const
  return [
    { ...plain, name: `${name}-`, stack: name, data: under, tooltip: { show: false } },
    {
      ...plain,
      name,
      stack: name,
      data: width,
      areaStyle: { color: colour, opacity },
      itemStyle: { color: colour, opacity: opacity * 2 },
      tooltip: { show: false },
    },
  ]
}

export interface Named {
  mean: string
  p5: string
  p25: string
  hour: string
  served: string
}

function axes(curves: Curves, lines: number[][], names: Named): EChartsOption {
  const last = settledAt(curves.step_start_h, curves.horizon_h, lines)
  const least = Math.min(...lines.flat().filter(Number.isFinite), 1)
  const floor = Math.max(0, Math.floor(least * 20 - 0.5) / 20)
  return {
    xAxis: {
      type: 'value',
      min: 0,
      max: Math.ceil(last),
      name: names.hour,
      nameLocation: 'middle',
      nameGap: 24,
    },
    yAxis: {
      type: 'value',
      min: floor,
      max: 1,
      axisLabel: { formatter: percent },
      name: names.served,
    },
    grid: { left: 8, right: 20, top: 40, bottom: 28, containLabel: true },
  }
}

function hourLine(hour: number, colour: string): SeriesOption['markLine' & keyof SeriesOption] {
  return {
    symbol: 'none',
    silent: true,
    animation: false,
    label: { show: false },
    lineStyle: { color: colour, type: 'dashed', width: 1.5 },
    data: [{ xAxis: hour }],
  } as never
}

const tooltip: EChartsOption['tooltip'] = {
  trigger: 'axis',
  valueFormatter: (value) => (typeof value === 'number' ? percent(value) : String(value)),
}

/** One lifeline with its bands. */
export function withBands(
  curves: Curves,
  line: Curve,
  colour: string,
  hour: number,
  ink: string,
  names: Named,
): EChartsOption {
  const { step_start_h: starts, horizon_h: end } = curves
  return {
    ...axes(curves, [line.p5, line.mean], names),
    tooltip,
    legend: { top: 0, data: [names.mean, names.p25, names.p5] },
    series: [
      ...band(names.p5, curves, line.p5, line.p95, colour, 0.16),
      ...band(names.p25, curves, line.p25, line.p75, colour, 0.28),
      {
        name: names.mean,
        type: 'line',
        symbol: 'none',
        data: stairs(starts, end, line.mean),
        lineStyle: { color: colour, width: 2.2 },
        itemStyle: { color: colour },
        markLine: hourLine(hour, ink) as never,
      },
    ],
  }
}

/** The mean of every lifeline; the chosen one stands out. */
export function allMeans(
  curves: Curves,
  look: (id: string) => { name: string; colour: string },
  chosen: string,
  hour: number,
  ink: string,
  names: Named,
): EChartsOption {
  const { step_start_h: starts, horizon_h: end } = curves
  const shown = curves.lifelines.filter((one) => one.people > 0)
  return {
    ...axes(
      curves,
      shown.map((one) => one.mean),
      names,
    ),
    tooltip,
    legend: { top: 0 },
    series: shown.map((one, n) => ({
      name: look(one.id).name,
      type: 'line',
      symbol: 'none',
      data: stairs(starts, end, one.mean),
      lineStyle: { color: look(one.id).colour, width: one.id === chosen ? 3 : 1.4 },
      itemStyle: { color: look(one.id).colour },
      ...(n === 0 ? { markLine: hourLine(hour, ink) as never } : {}),
    })),
  }
}
