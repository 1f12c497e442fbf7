/** What a run found, as a mayor reads it: plain sentences out of its figures. */
import { i18n, pick } from '@/words'
import { big, hours, share } from '@/words/format'
import { bounds, lossOf } from '@/stages/decide/saying'
import type { KeyFigures, Story } from './data'

const t = (key: string, said: Record<string, string | number> = {}) => i18n.global.t(key, said)
const joined = (all: string[]) => all.join(i18n.global.locale.value === 'en' ? ', ' : '、')

export function lineName(figures: KeyFigures, id: string): string {
  const line = figures.lifelines.find((one) => one.id === id)
  return line ? pick(line.zh, line.en) || id : id
}

/** The lifeline that loses most. */
export function worstLine(figures: KeyFigures) {
  return [...figures.city].sort(
    (a, b) => (b.loss_person_h.mean ?? 0) - (a.loss_person_h.mean ?? 0),
  )[0]
}

export function firstSaid(figures: KeyFigures): string[] {
  const [first, ...then] = figures.first
  if (!first) return [t('home.first_none')]
  const said = {
    line: lineName(figures, first.lifeline),
    at: hours(first.at_h),
    people: big(first.people),
    share: share(first.share),
    deepest: share(first.deepest),
  }
  const key = figures.unit === 'assets' ? 'home.first_assets' : 'home.first_said'
  const next = then.map((one) => `${lineName(figures, one.lifeline)} (${hours(one.at_h)})`)
  return next.length ? [t(key, said), t('home.then', { lines: joined(next) })] : [t(key, said)]
}

/** The region with the most loss, and its share of all. */
export function worstRegion(figures: KeyFigures): { name: string; share: number } | undefined {
  const lost = figures.regions.map((one) => ({
    name: pick(one.name, one.name_en) || one.id,
    loss: one.lifelines.reduce((sum, line) => sum + (line.loss_person_h.mean ?? 0), 0),
  }))
  const whole = lost.reduce((sum, one) => sum + one.loss, 0)
  const worst = lost.sort((a, b) => b.loss - a.loss)[0]
  return worst && whole > 0 && lost.length > 1
    ? { name: worst.name, share: worst.loss / whole }
    : undefined
}

export function whoSaid(figures: KeyFigures): string[] {
  const worst = worstLine(figures)
  if (!worst || !worst.loss_person_h.mean) return [t('home.who_none')]
  const key = figures.unit === 'assets' ? 'home.who_asset' : 'home.who_said'
  const line = lineName(figures, worst.lifeline)
  const said = [t(key, { line, people: big(worst.without.mean) })]
  const region = worstRegion(figures)
  if (region)
    said.push(t('home.who_district', { district: region.name, share: share(region.share, 0) }))
  const wait = figures.waits[0]
  if (wait) {
    const region_ = figures.regions.find((one) => one.id === wait.region)
    const path = pick(wait.path_zh, wait.path_en) || pick(wait.name, wait.name_en)
    const zone = [region_ ? pick(region_.name, region_.name_en) : '', path]
      .filter((part, n, all) => part && all.indexOf(part) === n)
      .join(' · ')
    const out = { zone, line: lineName(figures, wait.lifeline), hours: hours(wait.outage_h) }
    said.push(t('home.who_wait', out))
  }
  return said
}

export function longSaid(figures: KeyFigures): string[] {
  const worst = worstLine(figures)
  if (!worst || !worst.loss_person_h.mean) return [t('home.who_none')]
  const line = lineName(figures, worst.lifeline)
  const horizon = hours(figures.horizon_h)
  const full = fullSaid(worst.t100_h)
  const { p50, p95 } = worst.t90_h ?? {}
  if (p50 === null || p50 === undefined) return [t('home.long_never', { line, horizon })]
  if (p50 === 0) return [t('home.long_kept', { line }), full]
  if (p95 === null || p95 === undefined) {
    return [t('home.long_bad', { line, p50: hours(p50), horizon }), full]
  }
  return [t('home.long_said', { line, p50: hours(p50), p95: hours(p95) }), full]
}

function fullSaid(times: { p50?: number | null; p95?: number | null } | null | undefined): string {
  const { p50, p95 } = times ?? {}
  if (typeof p50 !== 'number') return t('home.long_full_never')
  if (typeof p95 !== 'number') return t('home.long_full_bad', { p50: hours(p50) })
  return t('home.long_full', { p50: hours(p50), p95: hours(p95) })
}

export function weakSaid({ figures, weak }: Story): string[] {
  if (!weak) return [t('home.weak_none')]
  const name = weak.name || weak.asset
  const kind = pick(weak.kind_zh, weak.kind_en)
  if (weak.knock_saved_ph === null) {
    return [t('home.weak_alone', { name, kind, people: big(weak.n1_people) })]
  }
  const unit = figures.unit === 'assets' ? 'asset-hours' : 'person-hours'
  const range = bounds({ low: weak.knock_low_ph, high: weak.knock_high_ph })
  return [
    t('home.weak_said', { name, kind, saved: lossOf(weak.knock_saved_ph, unit), bounds: range }),
  ]
}
