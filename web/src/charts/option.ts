/** What a page says of a chart, with what every chart has in common. */
import type { EChartsOption } from 'echarts'
import { token } from '@/frame/theme'

type Part = Record<string, unknown>

const under = (one: Part, name: string) => (one[name] as object | undefined) ?? {}

function withAxes(said: unknown): unknown {
  if (said === undefined) return undefined
  const [ink, line] = [token('ink-2'), token('line')]
  const made = (Array.isArray(said) ? said : [said]).map((one: Part) => ({
    axisLine: { lineStyle: { color: line } },
    splitLine: { lineStyle: { color: line } },
    ...one,
    axisLabel: { color: ink, ...under(one, 'axisLabel') },
    nameTextStyle: { color: ink, ...under(one, 'nameTextStyle') },
  }))
  return Array.isArray(said) ? made : made[0]
}

export function optionOf(label: string, said: EChartsOption): EChartsOption {
  const ink = token('ink-2')
  const legend = { textStyle: { color: ink }, type: 'scroll' }
  const tooltip = {
    backgroundColor: token('raised'),
    borderColor: token('line'),
    textStyle: { color: token('ink') },
    confine: true,
    renderMode: 'richText',
  }
  return {
    animation: false,
    aria: { enabled: true, label: { description: label } },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    backgroundColor: 'transparent',
    ...said,
    xAxis: withAxes(said.xAxis),
    yAxis: withAxes(said.yAxis),
    ...(said.legend ? { legend: { ...legend, ...said.legend } } : {}),
    ...(said.tooltip ? { tooltip: { ...tooltip, ...said.tooltip } } : {}),
  } as EChartsOption
}
