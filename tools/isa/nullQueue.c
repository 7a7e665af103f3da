/*
 * A Vulkan layer that answers for command buffers, queues and fences without doing anything. Mesa's RADV can make a device
 * for a GPU that is not there (RADV_FORCE_FAMILY), and such a device compiles pipelines, but its first command buffer
 * crashes. With this layer before the driver, Dawn opens the device. Nothing ever runs on it.
 */
#include <string.h>
#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

/* The next layer or the driver. */
static PFN_vkGetInstanceProcAddr next_instance_proc;
static PFN_vkGetDeviceProcAddr next_device_proc;
static VkInstance the_instance;

static void VKAPI_CALL do_nothing(void) {}
static VkResult VKAPI_CALL succeed(void) { return VK_SUCCESS; }

/* Functions that succeed at once. All vkCmd functions do nothing. */
static const char *const succeeding[] = {
    "vkBeginCommandBuffer", "vkEndCommandBuffer",  "vkResetCommandBuffer",   "vkFreeCommandBuffers",
    "vkResetCommandPool",   "vkDestroyCommandPool", "vkQueueSubmit",          "vkQueueSubmit2",
    "vkQueueSubmit2KHR",    "vkQueueWaitIdle",      "vkDeviceWaitIdle",       "vkWaitForFences",
    "vkGetFenceStatus",     "vkResetFences",        "vkWaitSemaphores",       "vkWaitSemaphoresKHR",
    "vkGetQueryPoolResults",
};

static PFN_vkVoidFunction stand_in(const char *name) {
  if (strncmp(name, "vkCmd", 5) == 0) return (PFN_vkVoidFunction)do_nothing;
  for (size_t i = 0; i < sizeof succeeding / sizeof *succeeding; i++)
    if (strcmp(name, succeeding[i]) == 0) return (PFN_vkVoidFunction)succeed;
  return NULL;
}

/* The loader passes the next link of the chain in pNext; a layer takes it and moves the chain on. */
static VkResult VKAPI_CALL create_instance(const VkInstanceCreateInfo *info, const VkAllocationCallbacks *allocator,
                                           VkInstance *instance) {
  VkLayerInstanceCreateInfo *link = (VkLayerInstanceCreateInfo *)info->pNext;
  while (link && !(link->sType == VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO && link->function == VK_LAYER_LINK_INFO))
    link = (VkLayerInstanceCreateInfo *)link->pNext;
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  next_instance_proc = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  PFN_vkCreateInstance create = (PFN_vkCreateInstance)next_instance_proc(NULL, "vkCreateInstance");
  VkResult result = create(info, allocator, instance);
  the_instance = *instance;
  return result;
}

static VkResult VKAPI_CALL create_device(VkPhysicalDevice gpu, const VkDeviceCreateInfo *info,
                                         const VkAllocationCallbacks *allocator, VkDevice *device) {
  VkLayerDeviceCreateInfo *link = (VkLayerDeviceCreateInfo *)info->pNext;
  while (link && !(link->sType == VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO && link->function == VK_LAYER_LINK_INFO))
    link = (VkLayerDeviceCreateInfo *)link->pNext;
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  PFN_vkGetInstanceProcAddr next = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  next_device_proc = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  return ((PFN_vkCreateDevice)next(the_instance, "vkCreateDevice"))(gpu, info, allocator, device);
}

PFN_vkVoidFunction VKAPI_CALL null_queue_device_proc(VkDevice device, const char *name) {
  if (strcmp(name, "vkGetDeviceProcAddr") == 0) return (PFN_vkVoidFunction)null_queue_device_proc;
  PFN_vkVoidFunction own = stand_in(name);
  return own ? own : next_device_proc(device, name);
}

PFN_vkVoidFunction VKAPI_CALL null_queue_instance_proc(VkInstance instance, const char *name) {
  if (strcmp(name, "vkGetInstanceProcAddr") == 0) return (PFN_vkVoidFunction)null_queue_instance_proc;
  if (strcmp(name, "vkGetDeviceProcAddr") == 0) return (PFN_vkVoidFunction)null_queue_device_proc;
  if (strcmp(name, "vkCreateInstance") == 0) return (PFN_vkVoidFunction)create_instance;
  if (strcmp(name, "vkCreateDevice") == 0) return (PFN_vkVoidFunction)create_device;
  PFN_vkVoidFunction own = stand_in(name);
  if (own) return own;
  return next_instance_proc ? next_instance_proc(instance, name) : NULL;
}
