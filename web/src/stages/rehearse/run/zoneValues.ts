/** Zones of a run at every level, with what is known of each, for colours and tips. */
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { Fault, faultOf } from '@/live/asking'
import { framesOf, zonesOf, type Zones } from '../data'
import { byRow, shareAt, type Frames } from './frames'

export type ZoneMode = 'share' | 'outage'

export interface ZoneSaid {
  id: string
  name: string
  name_en: string
  people: number
  outage_h: number
  loss: number
  share: number
}

export interface ZoneValues {
  /** By row of the zones table. */
  values: ComputedRef<Float32Array>
  leaf: Ref<Zones | undefined>
  fault: Ref<Fault | undefined>
  busy: Ref<boolean>
  of: (row: number) => ZoneSaid | undefined
}

const LEAF = 'leaf'

export function useZoneValues(
  run: string,
  lifeline: Ref<string>,
  step: Ref<number>,
  mode: Ref<ZoneMode>,
): ZoneValues {
  /** The coarsest first. */
  const levels = shallowRef<Zones[]>([])
  const held = shallowRef(new Map<string, Frames>())
  const fault = shallowRef<Fault>()
  const busy = ref(false)

  const key = (level: string) => `${lifeline.value}/${level}`
  async function trying(act: () => Promise<void>): Promise<void> {
    busy.value = true
    try {
      await act()
      fault.value = undefined
    } catch (thrown) {
      fault.value = thrown instanceof Fault ? thrown : faultOf(thrown, 0)
    } finally {
      busy.value = false
    }
  }
  void trying(async () => {
    const leaf = await zonesOf(run, LEAF)
    const others = leaf.levels.filter((level) => level !== LEAF)
    levels.value = [...(await Promise.all(others.map((level) => zonesOf(run, level)))), leaf]
  })
  watch([lifeline, levels], () => {
    const missing = levels.value.filter(({ level }) => !held.value.has(key(level)))
    if (!lifeline.value || !missing.length) return
    void trying(async () => {
      const asked = lifeline.value
      const found = await Promise.all(missing.map(({ level }) => framesOf(run, asked, level)))
      const next = new Map(held.value)
      missing.forEach(({ level }, n) => {
        const frames = found[n]
        if (frames) next.set(`${asked}/${level}`, frames)
      })
      held.value = next
    })
  })

  const places = computed(() => {
    const found = new Map<number, { zones: Zones; k: number }>()
    for (const zones of levels.value)
      zones.rows.forEach((row, k) => {
        if (row >= 0 && !found.has(row)) found.set(row, { zones, k })
      })
    return found
  })
  const lineOf = (zones: Zones) => zones.lifelines.indexOf(lifeline.value)
  const outage = (zones: Zones, k: number) =>
    (zones.people[lineOf(zones)]?.[k] ?? 0) > 0
      ? (zones.outage_h_mean[lineOf(zones)]?.[k] ?? NaN)
      : NaN
  const share = (zones: Zones, k: number) => {
    const frames = held.value.get(key(zones.level))
    return frames ? shareAt(frames, step.value, k) : NaN
  }
  const values = computed(() =>
    byRow(
      levels.value.map((zones) => ({
        rows: zones.rows,
        value: (k) => (mode.value === 'share' ? share(zones, k) : outage(zones, k)),
      })),
    ),
  )
  function of(row: number): ZoneSaid | undefined {
    const place = places.value.get(row)
    if (!place) return undefined
    const { zones, k } = place
    const line = lineOf(zones)
    return {
      id: zones.ids[k] ?? '',
      name: zones.names[k] ?? '',
      name_en: zones.names_en[k] ?? '',
      people: zones.people[line]?.[k] ?? 0,
      outage_h: outage(zones, k),
      loss: zones.loss_person_h_mean[line]?.[k] ?? 0,
      share: share(zones, k),
    }
  }
  const leaf = computed(() => levels.value.find((one) => one.level === LEAF))
  return { values, leaf, fault, busy, of }
}
