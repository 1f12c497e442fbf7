/** What the files of an answer say (`invest.json`, `n1.json`, `rate.json`, `measures.json`). */

export interface Both {
  zh: string
  en: string
}

export interface Mean {
  mean: number
  low: number | null
  high: number | null
}

export interface Named extends Both {
  id: string
  colour: string
}

export interface OfCity {
  id: string
  name: string
  name_en: string
  version: number
  hash: string
  synthetic: boolean
}

export interface Finding {
  rule: string
  severity: string
  what: string
  mend: string
}

export interface MeasureAlone {
  id: string
  title: Both
  kind: string
  cost_yuan: number
  excludes: string[]
  requires: string[]
  saved: Mean
  saved_per_million_yuan: number | null
}

export interface SetTaken {
  chosen: string[]
  cost_yuan: number
  saved: Mean
  saved_yuan: number | null
  fresh: Mean | null
  optimism: number | null
}

export interface Step {
  added: string[]
  cost_yuan: number
  saved: Mean
}

export interface PointOfBudget {
  budget_yuan: number
  chosen: string[]
  cost_yuan: number
  saved: Mean
}

export interface ScenarioTried {
  name: string
  title: Both
  rate_per_a: number | null
  seed: number
  samples: number
  fresh_samples: { first: number; count: number } | null
  loss_today: Mean
}

export interface Invest {
  city: OfCity
  title: Both
  budget_yuan: number
  unit: string
  loss: { weights: Record<string, number>; counts: string }
  scenarios: ScenarioTried[]
  loss_today: number
  measures: MeasureAlone[]
  greedy: SetTaken & { path: Step[] }
  exact: SetTaken | null
  bounds: { value: number; kind: string; proven: boolean; passed: boolean }[]
  gap: number | null
  curve: PointOfBudget[]
  sets_tried: number
  samples_simulated: number
  notes: string[]
  digest: string
}

export interface WorstAlone {
  asset: string
  lifeline: string
  kind: string
  kind_zh: string
  kind_en: string
  name: string
  people: number
  people_by: Record<string, number>
  zones: number
}

export interface WorstRoad {
  segment: string
  kind_zh: string
  kind_en: string
  name: string
  detour_m: number | null
  cut_hospital?: number
  cut_fire_station?: number
  cut_shelter?: number
  backbone_apart: number
}

export interface N1 {
  city: OfCity
  unit: string
  only: string
  lifelines: Named[]
  assets_tried: number
  assets_that_lose_anyone: number
  worst: WorstAlone[]
  findings: Finding[]
  roads?: {
    elements: number
    without_way_round: number
    longest_detour_m: number
    backbone: { nodes: number; links: number; parts: number; breaking: number }
    worst: WorstRoad[]
  }
  link?: {
    start: string
    end: string
    people: number
    people_with_link: number
    assets_better: number
    assets_worse: number
  }
}

export interface Annual {
  mean_h_per_a: number
  low_h_per_a: number | null
  high_h_per_a: number | null
}

export interface Exceedance {
  loss_h: number[]
  frequency_per_a: number[]
  low_per_a: number[]
  high_per_a: number[]
}

export interface Rate {
  city: OfCity
  title: Both
  lifelines: Named[]
  unit: string
  total_rate_per_a: number
  scenarios: {
    name: string
    title: Both
    rate_per_a: number
    samples: number
    seed: number
    mean_loss_h: number
    aal_share: number
  }[]
  regions: Record<string, Both>
  aal: { total: Annual; lifelines: Record<string, Annual>; regions: Record<string, Annual> }
  return_periods: Record<
    string,
    { period_a: number; loss: number; low: number | null; high: number | null; beyond: boolean }[]
  >
  curves: Record<string, Exceedance>
  findings: Finding[]
  digest: string
}

export interface NetworkMeasures {
  city: OfCity
  events: { scenario?: string; count: number; seed?: number; years: number | null }
  lifelines: {
    lifeline: string
    nodes: number
    links: number
    sources: number
    consumers: number
    undamaged: { giant_part: number; efficiency: number | null }
    average_loss: {
      complete: number | null
      partial: number | null
      weighted: number | null
      efficiency: number | null
    } | null
    giant_part_mean: number | null
    betweenness: { bound: number }
  }[]
  findings: Finding[]
}

/** The best set of an answer: that of the exact search where it is better than the greedy one. */
export function bestSet(answer: Invest): SetTaken {
  const { exact, greedy } = answer
  return exact && exact.saved.mean > greedy.saved.mean ? exact : greedy
}

/** The set in the order in which it was chosen, as far as it was. */
export function inOrder(answer: Invest): string[] {
  const taken = bestSet(answer).chosen
  const path = answer.greedy.path.flatMap((step) => step.added).filter((id) => taken.includes(id))
  return [...path, ...taken.filter((id) => !path.includes(id))]
}

/** Whether the costs are said to be made up. */
export function madeUp(answer: Pick<Invest, 'title' | 'measures'>): boolean {
  const said = [answer.title, ...answer.measures.map((one) => one.title)]
  return said.some((one) => /假定|虚构|made-up|assumed/i.test(`${one.zh} ${one.en}`))
}

/** Whether zero lies within the bounds, so that no effect can be told. */
export function unsure(saved: Mean): boolean {
  return saved.low !== null && saved.low <= 0 && (saved.high ?? 0) >= 0
}

/** The point of the curve that a budget buys: the dearest at most as large. */
export function boughtBy(curve: PointOfBudget[], budget: number): PointOfBudget | undefined {
  return curve
    .filter((point) => point.budget_yuan <= budget)
    .reduce<PointOfBudget | undefined>(
      (best, point) => (!best || point.budget_yuan > best.budget_yuan ? point : best),
      undefined,
    )
}

/** Key of the words for what an answer counts in. */
export function unitKey(unit: string): 'person' | 'person_a' | 'asset' | 'asset_a' {
  const asset = unit.startsWith('asset')
  const year = unit.endsWith('a year')
  if (asset) return year ? 'asset_a' : 'asset'
  return year ? 'person_a' : 'person'
}
