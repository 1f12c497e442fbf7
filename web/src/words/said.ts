/** Sentences that the server says in both languages. */
import { lang, pick } from '.'

export interface Remark {
  what: string
  what_zh?: string
  mend?: string
  mend_zh?: string
}

/** What is wrong, or was found. */
export function whatOf(one: Remark): string {
  return pick(one.what_zh, one.what)
}

/** What to do about it. */
export function mendOf(one: Remark): string {
  return pick(one.mend_zh, one.mend)
}

/** What a parameter or a column means. */
export function meaningOf(one: { description: string; description_zh?: string }): string {
  return pick(one.description_zh, one.description)
}

/** How a sentence in what a job tells is said. */
export function saidBy(job: { said_zh: Record<string, string> }): (sentence: string) => string {
  return (sentence) => (lang() === 'zh' && job.said_zh[sentence]) || sentence
}
