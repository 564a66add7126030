import { onMounted, onUnmounted, type Ref, readonly, ref } from 'vue';

const EVENTS = ['assent:ready', 'assent:change'];

/** Whether a purpose or a service is granted, from when the component is mounted and after each choice. */
export const useAssent = (name: string): Readonly<Ref<boolean>> => {
  const granted = ref(false);
  const refresh = () => {
    granted.value = window.assent?.has(name) === true;
  };
  onMounted(() => {
    for (const event of EVENTS) addEventListener(event, refresh);
    refresh();
  });
  onUnmounted(() => {
    for (const event of EVENTS) removeEventListener(event, refresh);
  });
  return readonly(granted);
};
