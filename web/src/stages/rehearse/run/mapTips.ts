/** What is said beside the pointer on a run's map. */
import type { Picked } from '@/map/layers'
import { isZoneLayer } from '@/stages/city/cityLayers'
import { i18n, pick } from '@/words'
import { hours, share } from '@/words/format'
import type { MapOut, WeakLink } from '../data'
import type { AssetStates } from './frames'
import { amount } from './says'
import type { ZoneSaid } from './zoneValues'

const t = i18n.global.t

export interface Known {
  weak: WeakLink[]
  map: MapOut | undefined
  /** Where assets are coloured by them. */
  states: AssetStates | undefined
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

function assetTip(one: Picked, { map, states }: Known): string[] {
  const id = `${String(one.properties.l)}.${String(one.properties.k)}`
  const kind = map?.kinds.find((each) => each.id === id)
  const lines = [String(one.properties.n ?? '') || pick(kind?.zh, kind?.en)]
  if (states) {
    const outage = hours(states.outageH[one.row])
    const damage = share(states.damagedShare[one.row])
    lines.push(t('rehearse.run.tip_asset', { outage, damage }))
  }
  return lines.filter(Boolean)
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
