/** What somebody looks at on a city's page; all of it stands in the address, so that it can be shared. */
import { computed, inject, provide, ref, watch, type InjectionKey, type Ref } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import type { View } from '@/map/layers'
import type { RefOut, Where, Which } from './data'

export const TABS = ['thing', 'fail', 'info', 'findings', 'origins', 'versions'] as const
export type Tab = (typeof TABS)[number]

const MOST_IN_ADDRESS = 60

function texts(value: unknown): string[] {
  return typeof value === 'string' && value ? value.split(',') : []
}

function viewOf(value: unknown): View | undefined {
  const [lon, lat, zoom] = texts(value).map(Number)
  const all = [lon, lat, zoom].every((one) => Number.isFinite(one))
  return all ? { lon: lon as number, lat: lat as number, zoom: zoom as number } : undefined
}

function whichOf(value: unknown): Which | undefined {
  const said = typeof value === 'string' ? value : ''
  const table = said.startsWith('zones:') ? 'zones' : 'assets'
  const id = said.startsWith(`${table}:`) ? said.slice(table.length + 1) : ''
  return id ? { table, id } : undefined
}

export function useLooking(at: Where) {
  const { query } = useRoute()
  const router = useRouter()
  const view: Ref<View | undefined> = ref(viewOf(query.view))
  const which: Ref<Which | undefined> = ref(whichOf(query.sel))
  /** Id of what is looked at, once it is known. */
  const named = ref(which.value?.id ?? '')
  const failing: Ref<string[]> = ref(texts(query.fail))
  const first: Tab = failing.value.length ? 'fail' : which.value ? 'thing' : 'info'
  const tab: Ref<Tab> = ref(TABS.find((one) => one === query.tab) ?? first)
  const off: Ref<string[]> = ref(texts(query.off))
  const byOrigin = ref(query.by === 'origin')
  const level = ref(typeof query.level === 'string' ? query.level : '')
  const only = ref(typeof query.only === 'string' ? query.only : '')
  const marks: Ref<{ id: string; at: [number, number]; colour?: string }[]> = ref([])
  /** Raised when the map is to go to what is looked at. */
  const flown = ref(0)

  const said = computed<LocationQueryRaw>(() => {
    const one: LocationQueryRaw = {}
    if (view.value) one.view = `${view.value.lon},${view.value.lat},${view.value.zoom}`
    if (which.value && named.value) one.sel = `${which.value.table}:${named.value}`
    if (tab.value !== 'info') one.tab = tab.value
    if (off.value.length) one.off = off.value.join(',')
    if (byOrigin.value) one.by = 'origin'
    if (level.value) one.level = level.value
    if (only.value) one.only = only.value
    if (failing.value.length && failing.value.length <= MOST_IN_ADDRESS)
      one.fail = failing.value.join(',')
    return one
  })
  watch(said, (now) => void router.replace({ query: now }))

  function look(to: Which, fly = true): void {
    which.value = to
    named.value = to.id ?? ''
    tab.value = 'thing'
    if (fly) flown.value += 1
  }

  /** Address of the page with something else looked at. */
  function hrefOf(to: { table: string; id: string }): string {
    return router.resolve({ query: { ...said.value, sel: `${to.table}:${to.id}`, tab: 'thing' } })
      .href
  }

  function fail(ids: string[], afresh = false): void {
    failing.value = [...new Set([...(afresh ? [] : failing.value), ...ids])]
    tab.value = 'fail'
  }

  function spare(id: string): void {
    failing.value = failing.value.filter((one) => one !== id)
  }

  function lookAt(to: RefOut): void {
    look({ table: to.table, id: to.id })
  }

  const made = {
    ...{ at, view, which, named, failing, tab, off, byOrigin, level, only, marks, flown },
    ...{ look, lookAt, hrefOf, fail, spare },
  }
  provide(LOOKING, made)
  return made
}

export type Looking = ReturnType<typeof useLooking>
const LOOKING: InjectionKey<Looking> = Symbol('looking')

export function theLooking(): Looking {
  const found = inject(LOOKING)
  if (!found) throw new Error('outside of a city page')
  return found
}
