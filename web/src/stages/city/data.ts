/** What the city's pages ask of the server. */
import { askJob, getMap, type MapOut } from '@/client'
import { answered, write } from '@/live/asking'

export type { MapOut }

export function mapOf(city: string, number: number): Promise<MapOut> {
  return answered(getMap({ path: { city, number } }))
}

/** Have the map of a version drawn that has none. */
export function drawMap(city: string, version: number): Promise<unknown> {
  return answered(askJob({ body: { kind: 'map', input: { city, version } }, headers: write() }))
}
