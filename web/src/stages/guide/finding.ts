/** Looks terms up by a word of either language. */
import { TERMS, type TermId } from './terms'

export function termsWith(word: string): TermId[] {
  const wanted = word.trim().toLowerCase()
  const all = Object.keys(TERMS) as TermId[]
  if (!wanted) return all
  const named = (id: TermId) => [TERMS[id].zh.name, TERMS[id].en.name, id]
  const told = (id: TermId) => [TERMS[id].zh.meaning, TERMS[id].en.meaning]
  const holds = (texts: string[]) => texts.some((text) => text.toLowerCase().includes(wanted))
  const byName = all.filter((id) => holds(named(id)))
  return [...byName, ...all.filter((id) => !byName.includes(id) && holds(told(id)))]
}
