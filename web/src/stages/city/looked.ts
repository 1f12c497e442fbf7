/** The thing that is looked at, read once for the map and the panel beside it. */
import { inject, provide, watch, type InjectionKey } from 'vue'
import { useAsked, type Asked } from '@/live/asking'
import { thing, type ThingOut } from './data'
import type { Looking } from './looking'

interface Looked extends Asked<ThingOut> {
  /** Whether what is held is what is looked at now. */
  settled: () => boolean
}

const LOOKED: InjectionKey<Looked> = Symbol('looked')

export function useLooked(looking: Looking): Looked {
  const asked = useAsked(
    () => (looking.which.value ? thing(looking.at, looking.which.value) : undefined),
    [looking.which],
  )
  watch(asked.data, (found) => {
    if (found && settled()) looking.named.value = found.id
  })
  function settled(): boolean {
    const [found, wanted] = [asked.data.value, looking.which.value]
    if (!found || !wanted || found.table !== wanted.table) return false
    return wanted.id !== undefined ? wanted.id === found.id : wanted.row === found.row
  }
  const made = { ...asked, settled }
  provide(LOOKED, made)
  return made
}

export function theLooked(): Looked {
  const found = inject(LOOKED)
  if (!found) throw new Error('outside of a city page')
  return found
}
