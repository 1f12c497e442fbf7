/** A city's tiles as layers of the map: ground, zones, networks, things, names. */
import { token } from '@/frame/theme'
import type { Filter, Layer, Paint, Picked, TileSource } from '@/map/layers'
import { lang } from '@/words'
import type { MapOut } from './data'

type Drawn = MapOut['layers'][number]

export interface CityLook {
  city: string
  number: number
  /** Lifelines that are shown; undefined: all. */
  lifelines?: string[]
  /** Colours by zone row instead of the plain ground. */
  zonePaint?: (level: string) => Paint | undefined
  /** Colours of lines and points by row of the assets table. */
  assetPaint?: Paint
  /** Only zones, for a map of results by zone. */
  zonesOnly?: boolean
  /** Colour by how values came to be known instead of by lifeline. */
  byOrigin?: boolean
  /** One level of zones at every zoom instead of each in its turn. */
  level?: string
  /** Only assets of one kind, from far as well. */
  only?: { lifeline: string; kind: string }
}

export const ORIGIN_COLOURS: Record<string, string> = {
  measured: '#2f7de1',
  inferred: '#f97316',
  synthetic: '#8b95a1',
}

/** Ids of layers whose rows are of the zones table. */
export function isZoneLayer(id: string): boolean {
  return id.startsWith('zones')
}

/** Normally open links, which lie between two assets and often are none themselves. */
const TIES = 'ties'
/** Zooms by which the ends of ties follow the links: from afar there are too many. */
const TIE_ENDS = 2
export function isTie(id: string): boolean {
  return id.startsWith(TIES)
}

/** The row of the asset that a feature is; of a tie, of the one it begins at. */
export function assetRow(one: Picked): number {
  return isTie(one.layer) ? Number(one.properties.f ?? -1) : one.row
}

function sourceOf(look: CityLook, drawn: Drawn): TileSource {
  const base = `/api/v1/cities/${encodeURIComponent(look.city)}/versions/${look.number}/map`
  return {
    type: 'tiles',
    url: `${base}/${drawn.file}`,
    layer: drawn.layer,
    minzoom: drawn.minzoom,
    maxzoom: drawn.maxzoom,
  }
}

/** Where each level of zones begins and ends, so that one of them is coloured at a time. */
function zoneSpans(map: MapOut, level?: string): Map<string, [number, number]> {
  const zones = map.layers.filter((one) => one.about === 'zones')
  const alone = zones.find((one) => one.level === level)
  if (alone) return new Map([[alone.file, [0, 24]]])
  const spans = new Map<string, [number, number]>()
  zones.forEach((one, n) => {
    const next = zones[n + 1]
    spans.set(one.file, [n === 0 ? 0 : one.minzoom, next ? next.minzoom : 24])
  })
  return spans
}

/** The zoom from which assets are drawn one by one. */
export function nearFrom(map: MapOut): number {
  const of = (about: string) => map.layers.filter((one) => one.about === about)
  const some = of('lines').length ? of('lines') : of('points')
  return Math.min(...some.map((one) => one.minzoom), 24)
}

const AT_ONCE = 1_500
const SCREEN_PX = 1_000

/** Kinds of points told apart: few enough to be shown from far, and the rest from near. */
function ranked(map: MapOut): { rare: string[]; common: string[]; commonFrom: number } {
  const nodes = map.kinds.filter((kind) => kind.role === 'node').sort((a, b) => a.count - b.count)
  let shown = 0
  const rare = nodes.filter((kind) => (shown += kind.count) <= AT_ONCE)
  const common = nodes.filter((kind) => !rare.includes(kind))
  const many = common.reduce((sum, kind) => sum + kind.count, 0)
  const closer = Math.max(0, Math.log(many / AT_ONCE / 2) / Math.log(4))
  return {
    rare: rare.map((kind) => kind.kind),
    common: common.map((kind) => kind.kind),
    commonFrom: many ? wholeZoom(map) + closer : 0,
  }
}

/** The zoom at which the whole city fills a screen. */
function wholeZoom(map: MapOut): number {
  if (!map.extent_deg) return 0
  const [west, , east] = map.extent_deg
  return Math.log2((SCREEN_PX * 360) / (512 * Math.max(east - west, 1e-4)))
}

const NAME_PX = 80

/** The zoom from which so many zones have room for their names. */
function nameZoom(map: MapOut, zones: number): number {
  return wholeZoom(map) + Math.log2((NAME_PX * Math.sqrt(Math.max(zones, 1))) / SCREEN_PX)
}

export function cityLayers(map: MapOut, look: CityLook): Layer[] {
  const spans = zoneSpans(map, look.level)
  const colours = Object.fromEntries(map.lifelines.map((line) => [line.id, line.colour]))
  const filter: Filter[] = look.only
    ? [
        { prop: 'l', in: [look.only.lifeline] },
        { prop: 'k', in: [look.only.kind] },
      ]
    : look.lifelines
      ? [{ prop: 'l', in: look.lifelines }]
      : []
  const plain: Paint = look.byOrigin
    ? { by: 'prop', prop: 'o', colours: ORIGIN_COLOURS, other: '#8b95a1' }
    : { by: 'prop', prop: 'l', colours, other: '#8b95a1' }
  const zones = map.layers.filter((one) => one.about === 'zones')
  const layers: Layer[] = []
  for (const one of zones.filter((each) => spans.has(each.file))) {
    const [from, to] = spans.get(one.file) ?? [0, 24]
    const fill: Paint = look.zonePaint?.(one.level) ?? { by: 'one', colour: token('card') }
    layers.push({
      id: `zones:${one.level}`,
      type: 'area',
      source: sourceOf(look, one),
      fill,
      opacity: look.zonePaint ? 0.9 : 0.55,
      outline: token('map-line'),
      minzoom: from,
      maxzoom: to,
      pickable: true,
    })
  }
  if (!look.zonesOnly) {
    for (const one of map.layers.filter(
      (each) => each.about !== 'zones' && each.about !== 'points',
    )) {
      const rows = one.about === 'lines'
      const links = one.about === 'links'
      layers.push({
        id: one.file,
        type: 'line',
        source: sourceOf(look, one),
        colour: rows ? (look.assetPaint ?? plain) : plain,
        width: one.about === 'overview' ? 1 : 1.6,
        opacity: one.about === 'overview' ? 0.35 : 0.75,
        filter: links ? [...filter, { prop: 'b', in: [0] }] : filter,
        minzoom: one.minzoom,
        maxzoom: one.about === 'overview' ? one.maxzoom + 1 : 24,
        pickable: rows,
      })
      if (links) {
        layers.push({
          id: TIES,
          type: 'line',
          source: sourceOf(look, one),
          colour: plain,
          width: 2.2,
          dashed: true,
          filter: [...filter, { prop: 'b', in: [1] }],
          minzoom: one.minzoom,
          pickable: true,
        })
        // most are a few steps long: their ends can be seen, and hit, where the line is too short
        layers.push({
          id: `${TIES}:ends`,
          type: 'point',
          source: sourceOf(look, one),
          colour: { by: 'one', colour: token('card') },
          radius: 3,
          stroke: token('map-ink'),
          filter: [...filter, { prop: 'b', in: [1] }],
          minzoom: one.minzoom + TIE_ENDS,
          pickable: true,
        })
      }
    }
    const kinds = ranked(map)
    for (const one of map.layers.filter((each) => each.about === 'points')) {
      const point = (id: string, rare: boolean, from: number): Layer => ({
        id: `${one.file}:${id}`,
        type: 'point',
        source: sourceOf(look, one),
        colour: look.assetPaint ?? plain,
        radius: rare ? 4.5 : 2.6,
        filter: look.only
          ? filter
          : [...filter, { prop: 'k', in: rare ? kinds.rare : kinds.common }],
        minzoom: from,
        pickable: true,
      })
      if (!look.only) layers.push(point('common', false, Math.max(one.minzoom, kinds.commonFrom)))
      layers.push(point('rare', true, one.minzoom))
    }
  }
  const named = zones.filter((one) => one.level !== 'grid')
  named.forEach((one, n) => {
    const next = named[n + 1]
    layers.push({
      id: `names:${one.level}`,
      type: 'label',
      source: sourceOf(look, one),
      text: lang() === 'en' ? ['e', 'n'] : ['n', 'e'],
      size: 12.5,
      colour: token('map-ink'),
      halo: token('map-ground'),
      minzoom: n === 0 ? 0 : nameZoom(map, one.features),
      maxzoom: next ? nameZoom(map, next.features) : 24,
    })
  })
  return layers
}
