/** What the overview's address names: a city and one of its runs, so that a link shows the same. */
import { computed, watch, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { choose, chosen, known, knownRead } from '@/frame/chosen'

export function useAddress(): {
  run: ComputedRef<string>
  tell: (run: string | undefined) => void
} {
  const route = useRoute()
  const router = useRouter()
  const said = (name: string) => {
    const value = route.path === '/' ? route.query[name] : ''
    return typeof value === 'string' ? value : ''
  }
  const replace = (query: Record<string, string>) => void router.replace({ query })
  watch(
    [knownRead, () => said('city')],
    () => {
      const city = known.value.find((one) => one.id === said('city'))
      if (city && city.id !== chosen.value?.id) choose(city.id)
    },
    { immediate: true },
  )
  watch(
    () => chosen.value?.id,
    (id, before) => {
      if (before && said('city') && said('city') !== id) replace({})
    },
  )
  return {
    run: computed(() => said('run')),
    tell: (run) => replace(run && chosen.value ? { city: chosen.value.id, run } : {}),
  }
}
