/** Which value stands where what is imported differs from what the city holds. */
import { stringify } from 'smol-toml'

export type Clash = '' | 'new' | 'old' | 'measured'
export const CLASHES: Clash[] = ['', 'new', 'old', 'measured']

const TABLES = ['zones', 'assets', 'links', 'need_groups', 'buildings', 'serves', 'demands']
const WINS = { new: ['new'], old: ['old'], measured: ['measured', 'new'] }

/** Rules for a merge as TOML; empty where the import shall stop at the first difference. */
export function mergeRules(clash: Clash): string {
  if (!clash) return ''
  const wins = WINS[clash]
  const rules = TABLES.map((table) => ({ table, by: 'id', wins }))
  return stringify({ rules: [...rules, { table: 'zones', by: 'code', wins }] })
}
