/** Assets that move with the hour: each by itself from near, squares of them from afar. */
import { computed, ref, type Ref } from 'vue'
import { token } from '@/frame/theme'
import { useAsked } from '@/live/asking'
import type { Layer, Paint } from '@/map/layers'
import { shareScale } from '@/map/scales'
import { nearFrom } from '@/stages/city/cityLayers'
import { assetCellsOf, assetFramesOf, cellFramesOf, type MapOut } from '../data'
import { cellsAt, cellsOut, squares } from './cells'
import { assetsAt, countOut } from './frames'
import { moves, type AssetMode } from './mapLayers'
import { hourlyScale, stateScale } from './stateScale'

export interface Asked {
  mode: Ref<AssetMode>
  /** Undefined: every lifeline. */
  lifeline: Ref<string | undefined>
  sample: Ref<number>
  step: Ref<number>
  map: Ref<MapOut | undefined>
}

export function useMoving(run: string, { mode, lifeline, sample, step, map }: Asked) {
  const zoom = ref<number>()
  const on = computed(() => moves(mode.value))
  const near = computed(() =>
    map.value && zoom.value !== undefined ? zoom.value >= nearFrom(map.value) : undefined,
  )
  const one = computed(() => (mode.value === 'sample' ? (sample.value ?? 0) : undefined))
  const depends = [on, near, lifeline, one]
  const each = useAsked(
    () => (on.value && near.value ? assetFramesOf(run, lifeline.value, one.value) : undefined),
    depends,
  )
  const afar = useAsked(
    () =>
      on.value && near.value === false
        ? Promise.all([
            assetCellsOf(run, lifeline.value),
            cellFramesOf(run, lifeline.value, one.value),
          ])
        : undefined,
    depends,
  )

  const count = computed(() => map.value?.lifelines.reduce((sum, line) => sum + line.count, 0) ?? 0)
  const values = computed(() =>
    each.data.value ? assetsAt(each.data.value, step.value, count.value) : undefined,
  )
  const scale = computed(() => {
    if (near.value === false) return shareScale()
    return mode.value === 'sample' ? stateScale() : hourlyScale()
  })
  const paint = computed<Paint>(() => ({
    by: 'value',
    values: values.value ?? [],
    scale: scale.value,
    none: token('map-line'),
  }))

  const ground = computed(() => afar.data.value && squares(afar.data.value[0]))
  const cells = computed(() => afar.data.value && cellsAt(afar.data.value[1], step.value))
  const layer = computed<Layer | undefined>(() =>
    ground.value && cells.value
      ? {
          id: 'cells',
          type: 'area',
          source: { type: 'data', id: 'cells', data: ground.value },
          fill: { by: 'value', values: cells.value, scale: scale.value, none: token('map-ground') },
          opacity: 0.85,
        }
      : undefined,
  )
  const out = computed(() => {
    if (each.data.value) return countOut(each.data.value, step.value)
    const [squared] = afar.data.value ?? []
    if (squared && cells.value) return { out: cellsOut(squared, cells.value), whole: 0 }
    return undefined
  })
  const samples = computed(() => each.data.value?.samples)
  const fault = computed(() => each.fault.value ?? afar.fault.value)
  const busy = computed(() => each.busy.value || afar.busy.value)
  return { on, near, zoom, values, scale, paint, layer, out, samples, fault, busy }
}

export type Moving = ReturnType<typeof useMoving>
