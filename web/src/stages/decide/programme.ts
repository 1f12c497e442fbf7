/** A programme of measures: as drafts that a form edits, and as the TOML that is run. */
import { parse, stringify } from 'smol-toml'
import type { Both } from './answers'
import { ASSUMED, strengthen } from './programmeWords'

export interface Draft {
  id: string
  kind: string
  title: Both
  /** Nobody has said what it costs where it is null: it is asked for, never made up. */
  cost_yuan: number | null
  /** All else that its kind may say. */
  said: Record<string, unknown>
}

export interface Programme {
  title: Both
  loss?: Record<string, unknown>
  measures: Draft[]
}

const OWN = ['id', 'kind', 'title', 'cost_yuan']

function bothOf(said: unknown): Both {
  if (typeof said === 'string') return { zh: said, en: said }
  const table = (said ?? {}) as Partial<Both>
  return { zh: String(table.zh ?? ''), en: String(table.en ?? '') }
}

/** The programme that a text holds; throws where it is no TOML. */
export function fromToml(text: string): Programme {
  const table = parse(text) as Record<string, unknown>
  const rows = Array.isArray(table.measures) ? (table.measures as Record<string, unknown>[]) : []
  return {
    title: bothOf(table.title),
    ...(table.loss ? { loss: table.loss as Record<string, unknown> } : {}),
    measures: rows.map((row) => ({
      id: String(row.id ?? ''),
      kind: String(row.kind ?? ''),
      title: bothOf(row.title),
      cost_yuan: row.cost_yuan === undefined ? null : Number(row.cost_yuan),
      said: Object.fromEntries(Object.entries(row).filter(([key]) => !OWN.includes(key))),
    })),
  }
}

function isSaid(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return false
  return !(Array.isArray(value) && value.length === 0)
}

export function toToml(programme: Programme): string {
  const { loss, title, measures } = programme
  return stringify({
    title: { ...title },
    ...(loss ? { loss } : {}),
    measures: measures.map((one) => ({
      id: one.id,
      title: { ...one.title },
      kind: one.kind,
      ...Object.fromEntries(Object.entries(one.said).filter(([, value]) => isSaid(value))),
      ...(one.cost_yuan === null ? {} : { cost_yuan: one.cost_yuan }),
    })),
  })
}

/** An id that none of the others has. */
export function freeId(wanted: string, taken: string[]): string {
  const plain =
    wanted
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'measure'
  if (!taken.includes(plain)) return plain
  let n = 2
  while (taken.includes(`${plain}-${n}`)) n += 1
  return `${plain}-${n}`
}

/** Whether its title says that its cost is an assumption. */
export function isAssumed(one: Draft): boolean {
  return one.title.zh.includes(ASSUMED.zh) || one.title.en.includes(ASSUMED.en.trim())
}

/** The same with its cost said to be assumed, or no longer; it is said in its title and so stays. */
export function assumed(one: Draft, yes: boolean): Draft {
  const bare = {
    zh: one.title.zh.replace(ASSUMED.zh, ''),
    en: one.title.en.replace(ASSUMED.en, ''),
  }
  const title = yes ? { zh: bare.zh + ASSUMED.zh, en: bare.en + ASSUMED.en } : bare
  return { ...one, title }
}

interface Weak {
  asset: string
  name: string
  kind_zh: string
  kind_en: string
}

const STRONGER = 1.5

/** A measure for each weak link: a stronger build of it, at a cost that is still to be said. */
export function hardenEach(weak: Weak[], taken: string[]): Draft[] {
  const ids = [...taken]
  return weak.map((one) => {
    const id = freeId(`harden-${one.asset}`, ids)
    ids.push(id)
    const named = (kind: string) => [kind, one.name || one.asset].filter(Boolean).join(' ')
    return {
      id,
      kind: 'harden',
      title: strengthen({ zh: named(one.kind_zh), en: named(one.kind_en) }),
      cost_yuan: null,
      said: { ids: [one.asset], median_factor: STRONGER },
    }
  })
}

/** What of the city a measure touches. */
export interface Reach {
  lifeline: string
  kinds: string[]
  ids: string[]
  /** Ends of what it builds anew. */
  ends: [string, string] | null
}

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []

export function reachOf(one: Draft): Reach {
  const { said } = one
  const ids = [...strings(said.ids), ...strings(said.feeds)]
  if (typeof said.asset === 'string') ids.push(said.asset)
  const ends: Reach['ends'] =
    typeof said.start === 'string' && typeof said.end === 'string' ? [said.start, said.end] : null
  return { lifeline: String(said.lifeline ?? ''), kinds: strings(said.kinds), ids, ends }
}
