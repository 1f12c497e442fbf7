/** Answers in words, for cards, pages and the overview. */
import { big, share, yuan } from '@/words/format'
import { i18n, pick } from '@/words'
import { bestSet, inOrder, unitKey } from './answers'
import type { Both, Invest, Mean, N1, NetworkMeasures, Rate } from './answers'
import type { Answers, Kind } from './data'

const t = (key: string, said: Record<string, string | number> = {}) => i18n.global.t(key, said)

export const both = (said: Partial<Both>, other = '') => pick(said.zh, said.en) || other

/** A loss with its unit. */
export function lossOf(value: number, unit: string): string {
  return `${big(value)} ${t(`decide.${unitKey(unit)}`)}`
}

export function bounds(mean: { low: number | null; high: number | null }): string {
  if (mean.low === null || mean.high === null) return t('decide.bounds_none')
  return t('decide.bounds', { low: big(mean.low), high: big(mean.high) })
}

export function annual(one: { low_h_per_a: number | null; high_h_per_a: number | null }): string {
  return bounds({ low: one.low_h_per_a, high: one.high_h_per_a })
}

/** The unit of a year's loss, by what a single loss is counted in. */
export const perYear = (unit: string) => (unit.endsWith('a year') ? unit : `${unit} a year`)

export function titlesOf(answer: Invest, ids: string[]): string[] {
  const known = new Map(answer.measures.map((one) => [one.id, one.title]))
  return ids.map((id) => both(known.get(id) ?? { zh: '', en: '' }, id))
}

const comma = () => (i18n.global.locale.value === 'en' ? '; ' : '、')

export function investSaid(answer: Invest): string[] {
  const best = bestSet(answer)
  const budget = yuan(answer.budget_yuan)
  if (!best.chosen.length) return [t('decide.invest_none', { budget })]
  const said = t('decide.invest_said', {
    budget,
    names: titlesOf(answer, inOrder(answer)).join(comma()),
    cost: yuan(best.cost_yuan),
    saved: lossOf(best.saved.mean, answer.unit),
    share: share(best.saved.mean / answer.loss_today, 0),
  })
  return best.fresh ? [said, freshSaid(answer, best.fresh)] : [said]
}

function freshSaid(answer: Invest, fresh: Mean): string {
  return t('decide.invest_fresh', {
    saved: `${lossOf(fresh.mean, answer.unit)} (${bounds(fresh)})`,
  })
}

export function n1Said(answer: N1): string[] {
  const first = answer.worst[0]
  if (!first) return [t('decide.n1_none')]
  return [
    t(answer.unit === 'assets' ? 'decide.n1_assets' : 'decide.n1_said', {
      name: first.name || first.asset,
      kind: pick(first.kind_zh, first.kind_en),
      people: big(first.people),
    }),
    t('decide.n1_many', {
      tried: big(answer.assets_tried, 4),
      n: big(answer.assets_that_lose_anyone, 4),
    }),
  ]
}

export function rateSaid(answer: Rate): string[] {
  const most = [...answer.scenarios].sort((a, b) => (b.aal_share ?? 0) - (a.aal_share ?? 0))[0]
  const loss = lossOf(answer.aal.total.mean_h_per_a, perYear(answer.unit))
  const said = t('decide.rate_said', {
    loss: `${loss} (${annual(answer.aal.total)})`,
    n: answer.scenarios.length,
    rate: Number(answer.total_rate_per_a.toPrecision(3)),
  })
  if (!most) return [said]
  return [
    said,
    t('decide.rate_most', { name: both(most.title, most.name), share: share(most.aal_share, 0) }),
  ]
}

function networksSaid(answer: NetworkMeasures, name: (lifeline: string) => string): string[] {
  const hit = answer.lifelines.filter((one) => one.average_loss?.complete)
  const worst = hit.sort(
    (a, b) => (b.average_loss?.complete ?? 0) - (a.average_loss?.complete ?? 0),
  )[0]
  if (!worst) return [t('decide.measure_plain', { n: answer.lifelines.length })]
  const part = share(worst.average_loss?.complete, 1)
  return [t('decide.measure_said', { name: name(worst.lifeline), share: part })]
}

/** The headline of an answer of any kind. */
export function saidOf<K extends Kind>(
  kind: K,
  answer: Answers[K],
  lifeline: (id: string) => string,
): string[] {
  if (kind === 'invest') return investSaid(answer as Invest)
  if (kind === 'n1') return n1Said(answer as N1)
  if (kind === 'rate') return rateSaid(answer as Rate)
  return networksSaid(answer as NetworkMeasures, lifeline)
}
