import { defineWords } from '@/words/define'

export const cityWords = defineWords({ zh: { title: '' }, en: { title: '' } })
