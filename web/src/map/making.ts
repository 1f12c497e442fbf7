/** A bare map in a box of the page. */
import type { Map as GlMap } from 'maplibre-gl'
import { token } from '@/frame/theme'
import { maplibregl } from './engine'
import type { At, Extent, View } from './layers'

/** The map; undefined where the browser cannot draw one. */
export function mapIn(
  box: HTMLElement,
  label: string,
  view: View | undefined,
  extent: Extent | null,
): GlMap | undefined {
  try {
    const made = new maplibregl.Map({
      container: box,
      style: {
        version: 8,
        sources: {},
        layers: [
          { id: 'ground', type: 'background', paint: { 'background-color': token('map-ground') } },
        ],
      },
      attributionControl: false,
      canvasContextAttributes: { preserveDrawingBuffer: true, antialias: true },
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      ...(view
        ? { center: [view.lon, view.lat] as At, zoom: view.zoom }
        : extent
          ? { bounds: extent, fitBoundsOptions: { padding: 24 } }
          : {}),
    })
    made.touchZoomRotate.disableRotation()
    made.addControl(new maplibregl.ScaleControl({ maxWidth: 120, unit: 'metric' }), 'bottom-left')
    made.getCanvas().setAttribute('aria-label', label)
    return made
  } catch (error) {
    console.warn(error)
    return undefined
  }
}

/** Where a map looks, to a metre or so. */
export function viewOf(map: GlMap): View {
  const { lng, lat } = map.getCenter()
  return { lon: round(lng, 5), lat: round(lat, 5), zoom: round(map.getZoom(), 2) }
}

export function sameView(one: View, other: View): boolean {
  return one.lon === other.lon && one.lat === other.lat && one.zoom === other.zoom
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
