/** A simple table of repair crews, as the file the engine reads. */
import { stringify } from 'smol-toml'
import type { At } from '@/map/layers'

export const SKILLS = ['line', 'substation', 'pipe', 'pump', 'road', 'telecom'] as const
export type Skill = (typeof SKILLS)[number]

export const RULES = ['loss_per_hour', 'critical', 'nearest'] as const
export type Rule = (typeof RULES)[number]

export interface CrewsTable {
  clock_h: number
  rule: Rule
  count: Record<Skill, number>
  base: At
  /** Round the clock, or one shift a day from six in the morning. */
  shift_h: number
}

export function usualCrews(base: At): CrewsTable {
  const count = { line: 12, substation: 4, pipe: 6, pump: 2, road: 6, telecom: 4 }
  return { clock_h: 8, rule: 'loss_per_hour', count, base, shift_h: 16 }
}

/** The crews file; entries without crews are left out. */
export function crewsToml(
  table: CrewsTable,
  title: (skill: Skill) => { zh: string; en: string },
): string {
  const [lon, lat] = table.base
  const crews = SKILLS.filter((skill) => table.count[skill] > 0).map((skill) => ({
    name: skill,
    title: title(skill),
    skill,
    count: table.count[skill],
    base: { lon, lat },
    ...(table.shift_h < 24 ? { shift: { start_h: 6, hours: table.shift_h } } : {}),
  }))
  return stringify({ planning: { clock_h: table.clock_h }, priority: { rule: table.rule }, crews })
}
