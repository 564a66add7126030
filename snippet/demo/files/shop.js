// The shop's basket. Like any shop's code it tells the tags what happened, but only those that the visitor allowed.

const euro = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 });
const basket = new Map();

const itemRow = ([name, { count, price }]) => {
  const row = document.createElement('li');
  row.textContent = `${count} × ${name}, ${euro.format(count * price)}`;
  return row;
};

const showBasket = () => {
  const items = [...basket.values()];
  const total = items.reduce((sum, { count, price }) => sum + count * price, 0);
  document.getElementById('basket-count').textContent = items.reduce((sum, { count }) => sum + count, 0);
  document.getElementById('basket-items').replaceChildren(...[...basket].map(itemRow));
  document.getElementById('basket-total').textContent =
    `Total ${euro.format(total)}. Nobody can order here; it is a demo.`;
};

const tellTags = (name, price) => {
  if (window.assent?.has('google-analytics'))
    window.gtag('event', 'add_to_cart', { currency: 'EUR', value: price, items: [{ item_name: name }] });
  if (window.assent?.has('meta-pixel')) window.fbq('track', 'AddToCart', { currency: 'EUR', value: price });
};

document.addEventListener('click', ({ target }) => {
  const button = target.closest('button[data-add]');
  if (!button) return;
  const { add: name, price } = button.dataset;
  basket.set(name, { count: (basket.get(name)?.count || 0) + 1, price: Number(price) });
  showBasket();
  tellTags(name, Number(price));
});
