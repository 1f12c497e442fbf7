/** What a city and the packs offer to whoever makes a scenario for it. */
import { computed, type ComputedRef, type Ref } from 'vue'
import { cityName } from '@/frame/chosen'
import type { City } from '@/frame/data'
import type { At, Extent } from '@/map/layers'
import { pick } from '@/words'
import type { ContentOut, MapOut } from '../data'
import type { Choices } from './choices'
import { round } from './track'
import type { Place } from './templates'

/** The middle of an extent, to some ten metres. */
export function middle(extent: Extent | null): At {
  if (!extent) return [0, 0]
  const [west, south, east, north] = extent
  return [round((west + east) / 2, 4), round((south + north) / 2, 4)]
}

export function placeOf(city: City, map: MapOut, storms: ContentOut[]): Place {
  return {
    centre: middle(map.extent_deg),
    extent: map.extent_deg,
    code: city.code,
    zone: city.time_zone,
    name: `${city.name} ${cityName(city)}`,
    kinds: map.kinds.map((one) => one.id),
    lifelines: map.lifelines.map((one) => one.id),
    storms: storms.map((one) => ({ id: one.id, title: one.title.zh ?? one.id })),
  }
}

export function useOffered(
  map: Ref<MapOut | undefined>,
  storms: Ref<ContentOut[] | undefined>,
  grounds: Ref<ContentOut[] | undefined>,
): ComputedRef<Choices> {
  const titled = (all: ContentOut[] | undefined) =>
    (all ?? []).map((one) => ({
      value: one.id,
      label: pick(one.title.zh, one.title.en) || one.id,
    }))
  return computed(() => ({
    lifelines: (map.value?.lifelines ?? []).map((one) => ({
      value: one.id,
      label: pick(one.zh, one.en),
    })),
    kinds: (map.value?.kinds ?? []).map((one) => ({ value: one.id, label: pick(one.zh, one.en) })),
    storms: titled(storms.value),
    grounds: titled(grounds.value),
  }))
}
