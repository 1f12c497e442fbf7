/** The city that pages are about, kept between visits. */
import { computed, ref } from 'vue'
import { pick } from '@/words'
import type { City } from './data'

const KEPT = 'rencity.city'

export const known = ref<City[]>([])
export const knownRead = ref(false)
const wanted = ref(localStorage.getItem(KEPT) ?? '')

/** The chosen city; the first there is where none was chosen or the chosen one is gone. */
export const chosen = computed<City | undefined>(
  () => known.value.find((city) => city.id === wanted.value) ?? known.value[0],
)

export function choose(id: string): void {
  wanted.value = id
  localStorage.setItem(KEPT, id)
}

export function cityName(city: { id: string; name: string; name_en: string }): string {
  return pick(city.name, city.name_en) || city.id
}

/** Name of a city by id, the id itself where it is not known here. */
export function nameOf(id: string): string {
  const city = known.value.find((each) => each.id === id)
  return city ? cityName(city) : id
}

/** The clock of a city by id. */
export function zoneOf(id: string | undefined): string {
  return known.value.find((each) => each.id === id)?.time_zone ?? chosen.value?.time_zone ?? ''
}
