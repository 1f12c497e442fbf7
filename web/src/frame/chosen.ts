/** The city that pages are about, kept between visits. */
import { computed, ref } from 'vue'
import { pick } from '@/words'
import type { City } from './data'

const KEPT = 'rencity.city'

export const known = ref<City[]>([])
export const knownRead = ref(false)
const wanted = ref(localStorage.getItem(KEPT) ?? '')
/** What is shown where none was chosen, or the chosen one is gone. */
const usual = ref('')

const among = (cities: City[], id: string) => cities.find((city) => city.id === id)

/** The chosen city; else the usual one, which stays the same while the page is open. */
export const chosen = computed<City | undefined>(
  () => among(known.value, wanted.value) ?? among(known.value, usual.value) ?? known.value[0],
)

/** Whether it is clear which of the cities is meant, without asking the server. */
export function isClear(cities: City[]): boolean {
  return cities.length < 2 || [wanted.value, usual.value].some((id) => among(cities, id))
}

/** What cities there are, and which one to show where none was chosen. */
export function learn(cities: City[], show?: string): void {
  const only = cities.length === 1 ? cities[0]?.id : undefined
  known.value = cities
  usual.value = show ?? only ?? usual.value
  knownRead.value = true
}

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
