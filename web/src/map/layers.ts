/** What the map can show. It knows shapes, colours and rows, and nothing of what they stand for. */
import type { FeatureCollection } from 'geojson'

export type At = [lon: number, lat: number]
/** West, south, east, north. */
export type Extent = [number, number, number, number]

/** Vector tiles under one address, `URL/z/x/y`; features carry their row as `i`. */
export interface TileSource {
  type: 'tiles'
  url: string
  layer: string
  minzoom: number
  maxzoom: number
}

/** Shapes handed over as they are; features carry their row as property `i`. */
export interface DataSource {
  type: 'data'
  id: string
  data: FeatureCollection
}

export type Source = TileSource | DataSource

/** Classes of a value: the first colour lies below the first break. */
export interface Scale {
  breaks: number[]
  colours: string[]
  /** Of lines and points: how many times as wide as usual each class is. */
  sizes?: number[]
  /** Of points: which classes are rings instead of dots. */
  rings?: boolean[]
}

/** One colour, one by a property of the feature, or one by a value held for its row. */
export type Paint =
  | { by: 'one'; colour: string }
  | { by: 'prop'; prop: string; colours: Record<string, string>; other: string }
  | { by: 'value'; values: ArrayLike<number>; scale: Scale; none: string }

/** Keep features whose property is among some. */
export interface Filter {
  prop: string
  in: (string | number)[]
}

interface Layer_ {
  id: string
  minzoom?: number
  maxzoom?: number
  hidden?: boolean
  filter?: Filter[]
}

export interface AreaLayer extends Layer_ {
  type: 'area'
  source: Source
  fill: Paint
  opacity?: number
  outline?: string
  pickable?: boolean
}

export interface LineLayer extends Layer_ {
  type: 'line'
  source: Source
  colour: Paint
  width: number
  opacity?: number
  dashed?: boolean
  pickable?: boolean
}

export interface PointLayer extends Layer_ {
  type: 'point'
  source: Source
  colour: Paint
  radius: number
  stroke?: string
  opacity?: number
  pickable?: boolean
}

export interface LabelLayer extends Layer_ {
  type: 'label'
  source: Source
  /** Properties that hold the text; the first that is not empty is shown. */
  text: string[]
  size: number
  colour: string
  halo: string
  /** Below a point instead of on it. */
  below?: boolean
}

export interface Mark {
  id: string
  at: At
  text: string
  colour?: string
}

/** Numbered marks on top of everything. */
export interface MarkLayer extends Layer_ {
  type: 'mark'
  marks: Mark[]
  colour: string
  pickable?: boolean
}

/** A picture laid over the map by its corners: north-west, north-east, south-east, south-west. */
export interface PictureLayer extends Layer_ {
  type: 'picture'
  url: string
  corners: [At, At, At, At]
  opacity?: number
}

export type Layer = AreaLayer | LineLayer | PointLayer | LabelLayer | MarkLayer | PictureLayer

export interface View {
  lon: number
  lat: number
  zoom: number
}

/** What was clicked or pointed at. */
export interface Picked {
  layer: string
  row: number
  properties: Record<string, unknown>
  at: At
}

export type Tool =
  'box' | 'polygon' | 'draw_point' | 'draw_line' | 'draw_polygon' | 'measure' | 'measure_area'

/** What was drawn with a tool. */
export interface Sketch {
  tool: Tool
  shape: 'point' | 'line' | 'polygon'
  points: At[]
}

/** The key of a source on the map. */
export function sourceKey(source: Source): string {
  return source.type === 'tiles' ? `tiles:${source.url}` : `data:${source.id}`
}
