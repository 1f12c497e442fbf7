/** Which colours zones and assets of a run's map have: never two of them that would mix. */
import { computed, type ComputedRef, type Ref } from 'vue'
import { token } from '@/frame/theme'
import type { Paint, Scale } from '@/map/layers'
import { hoursScale, shareScale } from '@/map/scales'
import type { HazardLayer } from '../data'
import type { AssetStates } from './frames'
import { assetPaint, assetScale, type AssetMode } from './mapLayers'
import type { Moving } from './moving'
import type { ZoneMode, ZoneValues } from './zoneValues'

export interface Shown {
  lifeline: Ref<string>
  zoneMode: Ref<ZoneMode>
  zones: ZoneValues
  assetMode: Ref<AssetMode>
  /** Figures of the whole run, where assets are coloured by them. */
  states: ComputedRef<AssetStates | undefined>
  moving: Moving
  picture: ComputedRef<HazardLayer | undefined>
}

export function usePainting(of: Shown) {
  const { zones, moving } = of
  // colours of a raster, of moving assets and of zones would mix into what is none of them
  const zoneScale = computed<Scale | undefined>(() => {
    if (of.picture.value || moving.on.value) return undefined
    if (of.zoneMode.value === 'share') return shareScale()
    const leaf = zones.leaf.value
    return hoursScale(leaf?.outage_h_mean[leaf.lifelines.indexOf(of.lifeline.value)] ?? [])
  })
  const zonePaint = computed<Paint | undefined>(
    () =>
      zoneScale.value && {
        by: 'value',
        values: zones.values.value,
        scale: zoneScale.value,
        none: token('map-ground'),
      },
  )
  const scaleOfAssets = computed(() =>
    of.states.value ? assetScale(of.assetMode.value, of.states.value) : undefined,
  )
  const paintOfAssets = computed(() => {
    if (moving.values.value) return moving.paint.value
    const scale = scaleOfAssets.value
    return scale && assetPaint(of.assetMode.value, of.states.value, scale)
  })
  return { zoneScale, zonePaint, scaleOfAssets, paintOfAssets }
}
