/** What is said beside the pointer on a run's map. */
import type { Picked } from '@/map/layers'
import { isTie, isZoneLayer } from '@/stages/city/cityLayers'
import { i18n, pick } from '@/words'
import { hours, share } from '@/words/format'
import type { MapOut, WeakLink } from '../data'
import { CUT, DAMAGED, type AssetStates } from './frames'
import { amount } from './says'
import type { ZoneSaid } from './zoneValues'

const t = i18n.global.t

export interface Known {
  weak: WeakLink[]
  map: MapOut | undefined
  /** Where assets are coloured by them. */
  states: AssetStates | undefined
  /** Where assets move with the hour: shares of samples, or states in one, by row. */
  now: { values: Float32Array; ofSample: boolean } | undefined
  zone: (row: number) => ZoneSaid | undefined
  unit: string
}

export function tipOf(one: Picked, known: Known): string[] {
  if (one.layer.startsWith('weak')) return weakTip(one, known)
  return isZoneLayer(one.layer) ? zoneTip(one, known) : assetTip(one, known)
}

function weakTip(one: Picked, known: Known): string[] {
  const found = known.weak.find((each) => each.asset === one.properties.id)
  if (!found) return []
  return [`${found.number ?? ''} ${found.name || found.asset}`, pick(found.kind_zh, found.kind_en)]
}

function assetTip(one: Picked, { map, states, now }: Known): string[] {
  if (isTie(one.layer)) return [t('city.tie')]
  const id = `${String(one.properties.l)}.${String(one.properties.k)}`
  const kind = map?.kinds.find((each) => each.id === id)
  const lines = [String(one.properties.n ?? '') || pick(kind?.zh, kind?.en)]
  if (states) {
    const outage = hours(states.outageH[one.row])
    const damage = share(states.damagedShare[one.row])
    lines.push(t('rehearse.run.tip_asset', { outage, damage }))
  }
  if (now) lines.push(nowText(now.values[one.row], now.ofSample))
  return lines.filter(Boolean)
}

function nowText(value: number | undefined, ofSample: boolean): string {
  if (value === undefined || Number.isNaN(value)) return t('rehearse.run.never')
  if (!ofSample) return t('rehearse.run.tip_now', { share: share(value) })
  return t(`rehearse.run.state.${value === DAMAGED ? 'damaged' : value === CUT ? 'cut' : 'on'}`)
}

function zoneTip(one: Picked, known: Known): string[] {
  const zone = known.zone(one.row)
  if (!zone) return [pick(String(one.properties.n ?? ''), String(one.properties.e ?? ''))]
  const name = pick(zone.name, zone.name_en) || zone.id
  if (!zone.people) return [name, t('map.nobody')]
  const n = amount(known.unit, zone.share * zone.people)
  return [
    name,
    t('rehearse.run.tip_share', { share: share(zone.share), n }),
    t('rehearse.run.tip_outage', { outage: hours(zone.outage_h) }),
  ]
}
