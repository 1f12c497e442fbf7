import './design/tokens.css'
import { createApp } from 'vue'
import App from './App.vue'
import { keepLook } from './frame/theme'
import { beginLive } from './live/live'
import { router } from './router'
import { i18n, tell } from './words'

keepLook()
tell()
beginLive()
createApp(App).use(i18n).use(router).mount('#app')
