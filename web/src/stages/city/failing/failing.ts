/** What goes down with the assets that were picked: asked anew whenever they change. */
import {
  computed,
  inject,
  provide,
  ref,
  shallowRef,
  watch,
  type ComputedRef,
  type InjectionKey,
  type Ref,
} from 'vue'
import { useI18n } from 'vue-i18n'
import { dark, token } from '@/frame/theme'
import { Fault, faultOf, useAsked } from '@/live/asking'
import type { At, Paint } from '@/map/layers'
import { shareScale } from '@/map/scales'
import { big, share } from '@/words/format'
import { assetsWithin, spotsOf, thing, whatIf, zonesOf, type MapOut } from '../data'
import type { Looking } from '../looking'
import type { Names } from '../naming'
import { darkness, lostPeople, lostShares } from './shares'

export const MOST_FAILING = 5_000
const SOON_MS = 350

export function useFailing(
  looking: Looking,
  map: () => MapOut | undefined,
  names: ComputedRef<Names>,
) {
  const { t } = useI18n()
  /** The set as it was a moment ago, so that picking several asks once. */
  const steady: Ref<string[]> = ref(looking.failing.value)
  let waiting: ReturnType<typeof setTimeout> | undefined
  watch(looking.failing, (now) => {
    clearTimeout(waiting)
    waiting = setTimeout(() => (steady.value = now), SOON_MS)
  })
  const answer = useAsked(
    () => (steady.value.length ? whatIf(looking.at, steady.value) : undefined),
    [steady],
  )
  const zones = useAsked(
    () => (steady.value.length ? zonesOf(looking.at) : undefined),
    [() => steady.value.length > 0],
  )

  const chosen = ref('')
  const lines = computed(() =>
    Object.entries(answer.data.value?.people ?? {})
      .filter(([, people]) => people > 0)
      .sort((a, b) => b[1] - a[1])
      .map(([id]) => id),
  )
  /** The lifeline whose loss colours the zones. */
  const lifeline = computed({
    get: () => (lines.value.includes(chosen.value) ? chosen.value : (lines.value[0] ?? '')),
    set: (id: string) => (chosen.value = id),
  })

  const shares = computed(() => {
    const [table, found] = [zones.data.value, answer.data.value]
    if (!table || !found) return undefined
    return lostShares(table, found.zones, lifeline.value)
  })
  const people = computed(() => {
    const [table, found] = [zones.data.value, answer.data.value]
    if (!table || !found) return undefined
    return lostPeople(table, found.zones, lifeline.value)
  })
  const zonePaint = computed<Paint>(() => ({
    by: 'value',
    values: shares.value ?? [],
    scale: shareScale(),
    none: token('card'),
  }))
  const colours = computed(() => ({
    failed: dark.value ? '#ff7b72' : '#c81e1e',
    dark: dark.value ? '#e8eef3' : '#17212b',
  }))
  const assetPaint = computed<Paint>(() => {
    const found = answer.data.value
    const count = map()?.lifelines.reduce((sum, one) => sum + one.count, 0) ?? 0
    const failed = found?.asked.map((one) => one.row) ?? []
    return {
      by: 'value',
      values: darkness(count, found?.dark.rows ?? [], failed),
      scale: { breaks: [1.5], colours: [colours.value.dark, colours.value.failed] },
      none: dark.value ? 'rgba(150,165,178,.22)' : 'rgba(110,125,138,.28)',
    }
  })
  const marks = computed(() =>
    (answer.data.value?.asked ?? [])
      .filter((one) => one.at)
      .slice(0, 50)
      .map((one) => ({ id: `assets:${one.id}`, at: one.at as At })),
  )
  const outline = shallowRef<{ ring: At[]; ids: string[]; total: number }>()
  /** What an outline holds, before it is added. */
  const spots = useAsked(
    () => (outline.value?.ids.length ? spotsOf(looking.at, outline.value.ids) : undefined),
    [() => outline.value?.ids.join(' ')],
  )
  /** Where everything that was picked, or is about to be, stands. */
  const places = computed<At[]>(() => [
    ...(answer.data.value?.asked ?? []).flatMap((one) => (one.at ? [one.at] : [])),
    ...(spots.data.value ?? []),
  ])
  const legendTitle = computed(() =>
    lifeline.value ? t('city.fail_legend', { line: names.value.line(lifeline.value) }) : '',
  )

  function lossText(row: number): string {
    const lost = people.value?.[row]
    const part = shares.value?.[row]
    if (lost === undefined || part === undefined || !Number.isFinite(part)) return ''
    const said = { line: names.value.line(lifeline.value), n: big(lost), share: share(part) }
    return t('city.fail_zone_tip', said)
  }

  const kinds: Ref<string[]> = ref([])
  const busy = ref(false)
  const fault = shallowRef<Fault>()
  let shown: string[] = []

  async function trying(act: () => Promise<void>): Promise<void> {
    busy.value = true
    fault.value = undefined
    try {
      await act()
    } catch (thrown) {
      fault.value = thrown instanceof Fault ? thrown : faultOf(thrown, 0)
    } finally {
      busy.value = false
    }
  }

  function addRow(row: number): Promise<void> {
    return trying(async () => {
      looking.fail([(await thing(looking.at, { table: 'assets', row })).id])
    })
  }

  /** Look what lies in an outline; it is added only when somebody says so. */
  function outlined(ring: At[], lifelines: string[] = shown): Promise<void> {
    shown = lifelines
    return trying(async () => {
      const found = await assetsWithin(looking.at, ring, lifelines, kinds.value)
      outline.value = { ring, ...found }
    })
  }
  watch(kinds, () => outline.value && void outlined(outline.value.ring))

  function take(): void {
    looking.fail(outline.value?.ids ?? [])
    outline.value = undefined
  }

  const made = {
    ...{
      answer,
      lifeline,
      lines,
      zonePaint,
      assetPaint,
      colours,
      marks,
      places,
      legendTitle,
      lossText,
    },
    ...{ outline, kinds, busy, fault, addRow, outlined, take },
  }
  provide(FAILING, made)
  return made
}

type Failing = ReturnType<typeof useFailing>
const FAILING: InjectionKey<Failing> = Symbol('failing')

export function theFailing(): Failing {
  const found = inject(FAILING)
  if (!found) throw new Error('outside of a city page')
  return found
}
