/** What fields may offer: names that the city and the packs know. */
import { inject, provide, type InjectionKey, type Ref } from 'vue'
import { type Remark } from '@/words/said'

export type Option = { value: string; label: string }

export interface Choices {
  lifelines: Option[]
  kinds: Option[]
  storms: Option[]
  grounds: Option[]
}

export interface Making {
  choices: Ref<Choices>
  /** Faults that stand at this place of the text. */
  faultsAt: (place: string) => Remark[]
  /** Hand a file in under a path. */
  give: (path: string, file: File) => Promise<void>
  files: Ref<Record<string, string>>
}

const KEY: InjectionKey<Making> = Symbol('making')

export function provideMaking(making: Making): void {
  provide(KEY, making)
}

export function useMaking(): Making {
  const making = inject(KEY)
  if (!making) throw new Error('no scenario is being made here')
  return making
}

/** Which list a field chooses from. */
export function optionsOf(name: string, choices: Choices): Option[] | undefined {
  if (name === 'lifeline' || name === 'lifelines') return choices.lifelines
  if (name === 'kinds') return choices.kinds
  if (name === 'storm') return choices.storms
  if (name === 'ground') return choices.grounds
  if (name === 'substance') return SUBSTANCES.map((value) => ({ value, label: value }))
  return undefined
}

const SUBSTANCES = [
  'chlorine',
  'ammonia',
  'hydrogen_sulfide',
  'sulfur_dioxide',
  'hydrogen_chloride',
]

/** Fields that hold the path of a file. */
export const FILE_FIELDS = ['path', 'track', 'series', 'sensitivities', 'vs30_table', 'zones']
