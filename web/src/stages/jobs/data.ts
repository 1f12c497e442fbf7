/** What the jobs' pages ask of the server. */
import {
  askJob,
  cancelJob,
  getJob,
  getLog,
  getProgress,
  listJobs,
  removeJob,
  retryJob,
  type JobOut,
  type LineOut,
  type ProgressOut,
} from '@/client'
import { answered, everyItem, write } from '@/live/asking'

export type Job = JobOut
export type Progress = ProgressOut
export type Line = LineOut

export const ENDED = ['done', 'failed', 'cancelled']

/** Jobs, newest first, a page of them. */
export function jobs(filters: { state?: string; kind?: string; after?: string }) {
  return answered(listJobs({ query: { ...filters, limit: 50 } }))
}

export function job(id: string): Promise<Job> {
  return answered(getJob({ path: { job: id } }))
}

export function progress(id: string): Promise<Progress> {
  return answered(getProgress({ path: { job: id } }))
}

export function logOf(id: string): Promise<Line[]> {
  return everyItem((after) => answered(getLog({ path: { job: id }, query: { after, limit: 500 } })))
}

export function ask(kind: string, input: Record<string, unknown>, title = ''): Promise<Job> {
  return answered(askJob({ body: { kind, input, title }, headers: write() }))
}

export function cancel(id: string, why = ''): Promise<Job> {
  return answered(cancelJob({ path: { job: id }, query: { why }, headers: write() }))
}

export function retry(id: string, why = ''): Promise<Job> {
  return answered(retryJob({ path: { job: id }, query: { why }, headers: write() }))
}

export function remove(one: Job): Promise<unknown> {
  return answered(removeJob({ path: { job: one.id }, headers: write(one.version) }))
}

/** The name of a language in that language. */
function tongue(language: string): string {
  return new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language
}

/** Where what a job made can be seen. */
export function madeBy(one: Job): { to?: string; href?: string; label: string }[] {
  const made = (one.outcome ?? {}) as Record<string, unknown>
  if (typeof made.report === 'string') {
    const files = (made.files as { file: string; language: string }[] | undefined) ?? []
    return files.map((each) => ({
      href: `/reports/${made.report as string}/${each.file}`,
      label: `${tongue(each.language)} · ${each.file}`,
    }))
  }
  if (typeof made.run === 'string') {
    const stage = one.kind === 'stress' ? '/rehearse/runs' : '/decide'
    return [{ to: `${stage}/${encodeURIComponent(made.run)}`, label: made.run }]
  }
  if (typeof made.city === 'string') {
    const number = typeof made.version === 'number' ? `/${made.version}` : ''
    return [
      { to: `/city/${encodeURIComponent(made.city)}${number}`, label: `${made.city}${number}` },
    ]
  }
  return []
}
