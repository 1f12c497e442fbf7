/** What of a run is being looked at: shared by the map, the curves and the tables. */
import { ref, watch, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { At } from '@/map/layers'

/** A zone or an asset that was pointed at. */
export interface Target {
  table: 'zones' | 'assets'
  id: string
  at?: At
}

export interface Seen {
  lifeline: Ref<string>
  hour: Ref<number>
  /** Empty: the whole city. */
  region: Ref<string>
  target: Ref<Target | undefined>
  /** Look at it on the map. */
  show: (target: Target) => void
  shown: Ref<number>
}

const SOON_MS = 400

/** Kept in the address, so that a link shows the same. */
export function useSeen(): Seen {
  const route = useRoute()
  const router = useRouter()
  const said = (name: string) => {
    const value = route.query[name]
    return typeof value === 'string' ? value : ''
  }
  const lifeline = ref(said('l'))
  const hour = ref(said('h') ? Number(said('h')) || 0 : -1)
  const region = ref(said('r'))
  const target = ref<Target>()
  const shown = ref(0)
  let waiting: ReturnType<typeof setTimeout> | undefined
  watch([lifeline, hour, region], () => {
    clearTimeout(waiting)
    const here = route.path
    waiting = setTimeout(() => {
      if (route.path !== here) return
      const query = {
        ...route.query,
        l: lifeline.value || undefined,
        h: hour.value >= 0 ? String(hour.value) : undefined,
        r: region.value || undefined,
      }
      void router.replace({ query, hash: route.hash })
    }, SOON_MS)
  })
  function show(one: Target): void {
    target.value = one
    shown.value += 1
  }
  return { lifeline, hour, region, target, show, shown }
}
