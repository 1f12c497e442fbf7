/** The tour: where it is, kept between visits; it follows the reader over the pages. */
import { computed, ref } from 'vue'

const KEPT = 'rencity.tour'

export interface Stop {
  key: 'home' | 'city' | 'thing' | 'fail' | 'strike' | 'read' | 'decide' | 'end'
  /** Where it leads, for a city and the newest run of it. */
  to: (at: Place) => string
}

export interface Place {
  city: string
  number: number
  run: string | undefined
}

export const STOPS: Stop[] = [
  { key: 'home', to: () => '/' },
  { key: 'city', to: ({ city, number }) => `/city/${city}/${number}` },
  { key: 'thing', to: ({ city, number }) => `/city/${city}/${number}` },
  { key: 'fail', to: ({ city, number }) => `/city/${city}/${number}?tab=fail` },
  { key: 'strike', to: ({ city }) => `/rehearse/new?city=${city}` },
  { key: 'read', to: ({ run }) => (run ? `/rehearse/runs/${run}` : '/rehearse') },
  { key: 'decide', to: () => '/decide' },
  { key: 'end', to: () => '/guide' },
]

interface Kept {
  at: number
  on: boolean
  /** Whether it was offered already. */
  offered: boolean
}

/** What was kept, as far as it is sound. */
export function keptOf(text: string | null): Kept {
  const none = { at: 0, on: false, offered: false }
  try {
    const said = JSON.parse(text ?? '{}') as Partial<Kept>
    const at = Number.isInteger(said.at) ? Math.min(Math.max(said.at ?? 0, 0), STOPS.length - 1) : 0
    return { at, on: said.on === true, offered: said.offered === true }
  } catch {
    return none
  }
}

const kept = ref<Kept>(keptOf(localStorage.getItem(KEPT)))

function keep(part: Partial<Kept>): void {
  kept.value = { ...kept.value, ...part }
  localStorage.setItem(KEPT, JSON.stringify(kept.value))
}

export const touring = computed(() => kept.value.on)
export const at = computed(() => kept.value.at)
export const stop = computed<Stop>(() => STOPS[kept.value.at] ?? STOPS[0]!)
export const offered = computed(() => kept.value.offered)
/** Begun and left before its end. */
export const halfway = computed(() => !kept.value.on && kept.value.at > 0)

export const begin = () => keep({ at: 0, on: true, offered: true })
export const resume = () => keep({ on: true, offered: true })
export const leave = () => keep({ on: false, offered: true })
export const finish = () => keep({ at: 0, on: false, offered: true })
export const decline = () => keep({ offered: true })
export function go(to: number): void {
  keep({ at: Math.min(Math.max(to, 0), STOPS.length - 1) })
}
