/** Where each page lives; every page but the overview is fetched when it is first opened. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import NotFound from './frame/NotFound.vue'

function page(path: string, stage: string, component: RouteRecordRaw['component']): RouteRecordRaw {
  return { path, component, props: true, meta: { stage } } as RouteRecordRaw
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    page('/', 'home', () => import('./stages/home/HomePage.vue')),
    page('/city', 'city', () => import('./stages/city/CitiesPage.vue')),
    page('/city/import', 'city', () => import('./stages/city/ImportPage.vue')),
    page('/city/:city/:number(\\d+)?', 'city', () => import('./stages/city/CityPage.vue')),
    page('/rehearse', 'rehearse', () => import('./stages/rehearse/RehearsePage.vue')),
    page('/rehearse/new', 'rehearse', () => import('./stages/rehearse/NewRunPage.vue')),
    page('/rehearse/compare', 'rehearse', () => import('./stages/rehearse/ComparePage.vue')),
    page('/rehearse/runs/:run', 'rehearse', () => import('./stages/rehearse/RunPage.vue')),
    page('/decide', 'decide', () => import('./stages/decide/DecidePage.vue')),
    page('/decide/new', 'decide', () => import('./stages/decide/NewAnswerPage.vue')),
    page('/decide/:run', 'decide', () => import('./stages/decide/AnswerPage.vue')),
    page('/jobs', 'jobs', () => import('./stages/jobs/JobsPage.vue')),
    page('/jobs/:job', 'jobs', () => import('./stages/jobs/JobPage.vue')),
    page('/guide', 'guide', () => import('./stages/guide/GuidePage.vue')),
    { path: '/:rest(.*)*', component: NotFound },
  ],
})
