/** Names of lifelines, kinds, tables and columns as the page's language has them. */
import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import { count } from '@/words/format'
import { pick } from '@/words'
import type { MapOut, RefOut } from './data'

export interface Names {
  line: (id: string) => string
  colour: (id: string) => string
  /** Of `lifeline.kind`. */
  kind: (id: string) => string
  unit: (lifeline: string) => string
}

const NAMES: InjectionKey<ComputedRef<Names>> = Symbol('names')

export function provideNames(map: () => MapOut | undefined): ComputedRef<Names> {
  const names = computed<Names>(() => {
    const lines = new Map(map()?.lifelines.map((one) => [one.id, one]))
    const kinds = new Map(map()?.kinds.map((one) => [one.id, one]))
    return {
      line: (id) => pick(lines.get(id)?.zh, lines.get(id)?.en) || id,
      colour: (id) => lines.get(id)?.colour ?? '#8b95a1',
      kind: (id) => pick(kinds.get(id)?.zh, kinds.get(id)?.en) || (id.split('.')[1] ?? id),
      unit: (id) => lines.get(id)?.unit ?? '',
    }
  })
  provide(NAMES, names)
  return names
}

export function theNames(): ComputedRef<Names> {
  const found = inject(NAMES)
  if (!found) throw new Error('outside of a city page')
  return found
}

export function refName(ref: RefOut): string {
  return ref.name || ref.id
}

export function refKind(ref: RefOut): string {
  return pick(ref.kind_zh, ref.kind_en) || ref.kind
}

/** Words that may be missing for what a city brings of its own. */
export function useSaid() {
  const { t, te } = useI18n()
  const said = (place: string, key: string) =>
    te(`city.${place}.${key}`) ? t(`city.${place}.${key}`) : key
  return {
    column: (name: string) => said('columns', name),
    table: (name: string) => said('tables', name),
    /** What a column of a table means; empty where it has no words. */
    meaning: (table: string, name: string) => {
      const keys = [`city.meanings.${table}_${name}`, `city.meanings.${name}`]
      const known = keys.find((key) => te(key))
      return known ? t(known) : ''
    },
    rule: (name: string) => said('rules', name.replaceAll('-', '_')).replaceAll('_', '-'),
    origin: (name: string) => said('origin', name),
    level: (name: string) => said('level', name),
    how: (name: string) => said('how', name),
    change: (name: string) => said('change', name),
  }
}

/** A value of a row as text. */
export function valueText(value: unknown, unit: string, yes: string, no: string): string {
  if (typeof value === 'boolean') return value ? yes : no
  if (typeof value === 'number') {
    const text = Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(6)))
    return unit ? `${text} ${unit}` : text
  }
  return String(value ?? '')
}
