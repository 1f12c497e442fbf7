/** What the colours on a map mean, told to whoever takes a picture of it. */
import { inject, onScopeDispose, provide, type InjectionKey } from 'vue'
import type { Legend, Row } from '@/design/plate'
import type { Scale } from './layers'

export interface Entry {
  colour: string
  text: string
  shape?: Row['shape']
}

type Tells = () => Legend | undefined
const KEY: InjectionKey<Set<Tells>> = Symbol('legends')

/** Gather the legends below; who holds a map and its legend side by side gathers for both.
 * @param own of whoever gathers, where nothing below tells it */
export function gatherLegends(own?: Tells): () => Legend[] {
  const held = inject(KEY, undefined) ?? new Set<Tells>()
  if (own) held.add(own)
  provide(KEY, held)
  return () => [...held].map((tell) => tell()).filter((one) => one !== undefined)
}

/** Tell a legend while it is shown. */
export function tellLegend(tell: Tells): void {
  const held = inject(KEY, undefined)
  held?.add(tell)
  onScopeDispose(() => held?.delete(tell))
}

/** The classes of a scale with their edges. */
export function classesOf(scale: Scale, edge: (value: number) => string = String): Row[] {
  const { breaks, colours } = scale
  const at = (n: number) => edge(breaks[n] ?? 0)
  return colours.map((colour, n) => {
    const between = n === breaks.length ? `≥ ${at(n - 1)}` : `${at(n - 1)} – ${at(n)}`
    return { colour, text: n === 0 ? `< ${at(0)}` : between, shape: 'area' }
  })
}
