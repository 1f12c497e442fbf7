/** Which of a city's runs is told, and what a list of them says of each. */
import { i18n, pick } from '@/words'
import { hours, when } from '@/words/format'
import { lossOf } from '@/stages/decide/saying'
import type { RankedOut } from './data'

const t = (key: string, said: Record<string, string | number> = {}) => i18n.global.t(key, said)

/** The run that an address names, else the gravest. */
export function shownOf(runs: RankedOut[], asked: string): RankedOut | undefined {
  return runs.find((one) => one.run.id === asked) ?? runs[0]
}

export function newestOf(runs: RankedOut[]): RankedOut | undefined {
  return runs.reduce<RankedOut | undefined>(
    (newest, one) => (newest && newest.run.at >= one.run.at ? newest : one),
    undefined,
  )
}

export function titleOf({ run, brief }: RankedOut): string {
  return pick(brief?.title.zh, brief?.title.en) || run.scenario || t('home.untitled')
}

export function lossSaid({ brief }: RankedOut): string {
  if (!brief || typeof brief.loss_person_h !== 'number') return t('home.loss_unknown')
  const unit = brief.unit === 'assets' ? 'asset-hours' : 'person-hours'
  return t('home.loss', { loss: lossOf(brief.loss_person_h, unit) })
}

/** A run in a list: its place, name, loss, when, and whether it is the newest. */
export function lineOf(one: RankedOut, runs: RankedOut[], zone?: string): string {
  const newest = runs.length > 1 && newestOf(runs) === one ? t('home.newest') : ''
  const place = `${runs.indexOf(one) + 1}. ${titleOf(one)}`
  return [place, lossSaid(one), when(one.run.at, zone), newest].filter(Boolean).join(' · ')
}

/** Where the told run stands among all. */
export function placeSaid(one: RankedOut, runs: RankedOut[], total: number): string {
  const said = { n: total, loss: lossSaid(one), place: runs.indexOf(one) + 1 }
  if (total === 1) return t('home.only', said)
  return t(said.place === 1 ? 'home.worst_of' : 'home.not_worst', said)
}

/** Runs of unlike length: the longer one has more time to lose in. */
export function lengthsSaid(runs: RankedOut[]): string {
  const all = runs.flatMap(({ brief }) => (brief ? [brief.horizon_h] : []))
  const [least, most] = [Math.min(...all), Math.max(...all)]
  return all.length && least !== most
    ? t('home.lengths', { least: hours(least), most: hours(most) })
    : ''
}
