/**
 * Which sites are what, for the rules of channel.ts. Chosen after the source categories that Google publishes with the default
 * channel group of Analytics 4 (the names as of 2026), shortened to what sends people to shops, with the services of
 * Russian-speaking countries added. A name without a dot is the name a tag gives ("google") or the first part of a site's own
 * domain, whatever the country ("google" is google.co.uk, too); one with a dot is that domain and all below it.
 */

export type SourceCategory = 'search' | 'social' | 'shopping' | 'video' | 'assistant';

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Most specific first within a site: shopping.google.com before google. */
export const SOURCE_CATEGORIES: Readonly<Record<SourceCategory, readonly string[]>> = {
  assistant: words(`
    chatgpt chatgpt.com chat.openai.com gemini.google.com bard.google.com claude claude.ai copilot.microsoft.com
    copilot.com grok grok.com deepseek deepseek.com perplexity perplexity.ai poe.com you.com chat.mistral.ai
    alice.yandex.ru giga.chat`),
  shopping: words(`
    shopping.google.com shopping.yahoo.com shopping.naver.com shopping.yahoo.co.jp market.yandex.ru market.yandex.com
    yandex.market igshopping amazon alibaba aliexpress ebay etsy walmart mercadolibre mercadolivre rakuten shopify
    shopee lazada taobao tmall jd.com temu allegro zalando otto.de cdiscount idealo pricerunner kelkoo shopzilla
    nextag bestbuy target.com wayfair ozon wildberries megamarket lamoda kaspi.kz satu.kz prom.ua rozetka onliner.by
    avito youla price.ru regmarkets`),
  video: words(`
    youtube youtu.be vimeo twitch dailymotion wistia rutube netflix hulu disneyplus crackle curiositystream iqiyi iq.com
    youku bilibili d.tube justin.tv rumble ted.com vevo utreon.com kick.com vkvideo.ru video.mail.ru coub niconico
    nicovideo.jp trueconf.tv`),
  social: words(`
    facebook fb fb.me messenger.com m.me instagram ig threads.net threads.com twitter t.co x.com linkedin lnkd.in
    pinterest pin.it reddit quora tumblr snapchat tiktok telegram t.me telegram.me web.telegram.org whatsapp wa.me
    discord vk vk.com vk.ru vkontakte ok.ru odnoklassniki my.mail.ru dzen.ru zen.yandex.ru livejournal
    habr.com pikabu.ru vc.ru tenchat.ru max.ru yappy viber line.me kakao kakaotalk weibo weixin wechat qq.com douban zhihu
    douyin mastodon mastodon.social bsky bsky.app medium.com blogger blogspot wordpress.com disqus flickr foursquare
    goodreads groups.google.com plus.google.com hootsuite houzz meetup naver.me blog.naver.com cafe.naver.com
    news.ycombinator.com producthunt slashdot stackoverflow stackexchange tripadvisor trustpilot yelp xing nextdoor
    flipboard getpocket.com instapaper mix.com deviantart behance dribbble clubhouse substack lemmy hatena mixi.jp ameba.jp
    answers.yahoo.com buffer.com sprinklr hi5 badoo tagged taringa.net viadeo social`),
  search: words(`
    google google.com googleplay bing duckduckgo duckduckgo.com yahoo yandex ya.ru baidu ecosia ecosia.org qwant
    startpage search.brave.com kagi.com naver daum seznam so.com 360.cn sogou ask.com ask aol lycos dogpile rambler
    go.mail.ru nova.rambler.ru search.com sputnik.ru search.aol.com swisscows mojeek presearch excite onet centrum.cz
    virgilio exalead petalsearch coccoc eniro kvasir avg babylon conduit comcast globo incredimail auone biglobe
    terra ukr.net meta.ua webalta.ru`),
};
